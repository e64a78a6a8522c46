import { join } from 'node:path'
import { Toxiproxy } from 'toxiproxy-node-client'
import { z } from 'zod'
import type { Context, Link } from '../lab/target.ts'
import { readyFile } from './ready-file.ts'
import { startToxiproxy } from './toxiproxy.ts'

const ready = z.object({ url: z.url() })
const created = z.object({ listen: z.string() })

export interface Address {
  readonly host: string
  readonly port: number
}

/** Makes links: one listener for each (consumer, provider). */
export interface Proxies extends AsyncDisposable {
  readonly links: readonly Link[]
  link(path: {
    readonly consumer: string
    readonly provider: string
    readonly protocol: Link['protocol']
    readonly upstream: Address
  }): Promise<Link>
}

/**
 * Starts the embedded proxy. With `--proxy toxiproxy` the real Toxiproxy is started too and stands
 * behind it on every link: it injects, ours only taps, so the checks see the same wire either way.
 */
export async function startProxies(context: Context): Promise<Proxies> {
  const own = await startEmbedded(context)
  const real = context.proxy === 'toxiproxy' ? await startToxiproxy(context) : undefined
  const links: Link[] = []
  return {
    links,
    link: async ({ consumer, provider, protocol, upstream }) => {
      const name = `${consumer}>${provider}`
      const behind = real ? await chain(real.adminUrl, name, upstream) : upstream
      const listen = await create(own.url, name, protocol, behind)
      const adminUrl = real?.adminUrl ?? own.url
      const link: Link = {
        name,
        consumer,
        provider,
        protocol,
        adminUrl,
        tapUrl: own.url,
        listenHost: listen.host,
        listenPort: listen.port,
      }
      links.push(link)
      return link
    },
    [Symbol.asyncDispose]: async () => {
      await own.process[Symbol.asyncDispose]()
      await real?.[Symbol.asyncDispose]()
    },
  }
}

async function startEmbedded(context: Context) {
  const file = join(context.scratchFolder, 'proxy.json')
  const process = await context.guardian.spawn({
    name: 'proxy',
    command: globalThis.process.execPath,
    args: [
      join(import.meta.dirname, '../faults/proxy/main.ts'),
      ...['-host', '127.0.0.1', '-port', '0', '--ready-file', file],
      ...['-seed', `${context.random.fork('proxy').integer(0, 2 ** 31)}`],
    ],
    logFile: join(context.runFolder, 'proxy.log'),
  })
  const { url } = await readyFile(context, process, file, ready)
  return { process, url }
}

async function create(
  url: string,
  name: string,
  protocol: Link['protocol'],
  upstream: Address,
): Promise<Address> {
  const answer = await fetch(`${url}/proxies`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name,
      listen: '127.0.0.1:0',
      upstream: `${upstream.host}:${upstream.port}`,
      protocol,
      messages: protocol !== 'tcp',
    }),
    signal: AbortSignal.timeout(5_000),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`The proxy refused link ${name}: ${answer.status} ${text}`)
  return parseAddress(created.parse(JSON.parse(text)).listen)
}

async function chain(adminUrl: string, name: string, upstream: Address): Promise<Address> {
  const proxy = await new Toxiproxy(adminUrl).createProxy({
    name,
    listen: '127.0.0.1:0',
    upstream: `${upstream.host}:${upstream.port}`,
  })
  return parseAddress(proxy.listen)
}

function parseAddress(text: string): Address {
  const { hostname, port } = new URL(`tcp://${text}`)
  return { host: hostname, port: Number(port) }
}
