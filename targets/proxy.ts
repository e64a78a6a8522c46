import { join } from 'node:path'
import { Toxiproxy } from 'toxiproxy-node-client'
import { z } from 'zod'
import type { Link } from '../lab/model/capability.ts'
import type { GuardedProcess } from '../lab/model/guardian.ts'
import type { Context } from '../lab/model/target.ts'
import type { Containers } from './containers/containers.ts'
import {
  type ContainedPlace,
  type ProxyPlace,
  placeHere,
  placeWithin,
} from './containers/proxy-place.ts'
import { readyFile } from './ready-file.ts'
import { programFile } from './runtime/build/program.ts'
import { reservePort } from './runtime/reserve-port.ts'
import { type ServerContext, ServerPart } from './runtime/server-part.ts'
import { startToxiproxy } from './toxiproxy.ts'

const ready = z.object({ url: z.url() })
const created = z.object({ listen: z.string() })

export interface Address {
  readonly host: string
  readonly port: number
}

/** Makes links: one listener for each (consumer, provider). */
export interface Proxies extends AsyncDisposable {
  readonly process: GuardedProcess
  /** Of its API, once that listens. */
  readonly url: Promise<string>
  readonly links: readonly Link[]
  /** Where links are there already: whether there is one. Default: each that is asked for is made. */
  has?(path: Pick<Link, 'consumer' | 'provider'>): boolean
  link(path: Path & { readonly upstream: Address }): Promise<Link>
}

type Path = Pick<Link, 'consumer' | 'provider' | 'protocol'>

/** What starting a proxy takes of a run. */
type ProxyContext = ServerContext & Pick<Context, 'random' | 'proxy'>

/**
 * Starts the embedded proxy, as a process of this name. With `--proxy toxiproxy` the real Toxiproxy
 * is started too and stands behind it on every link: it injects, ours only taps, so the checks see
 * the same wire either way. Servers may start meanwhile: it is up when the first link is made. With
 * containers it is one of them; `outside` names the consumers that are not.
 */
export async function startProxies(
  context: ProxyContext,
  name = 'proxy',
  outside: readonly string[] = [],
): Promise<Proxies> {
  const { containers, attached } = context
  if (attached) {
    const { attachProxies } = await import('./external/attach-proxies.ts')
    return attachProxies(context, attached)
  }
  const contained = containers && (await placeWithin(containers, name, outside))
  const place = contained ?? placeHere
  const own =
    containers && contained
      ? await containedProxy(context, containers, name, contained)
      : await spawnEmbedded(context, name)
  const real = context.proxy === 'toxiproxy' ? await startToxiproxy(context) : undefined
  const links: Link[] = []
  return {
    process: own.process,
    url: own.url,
    links,
    link: async ({ consumer, provider, protocol, upstream: asked }) => {
      const name = `${consumer}>${provider}`
      const upstream = place.upstream(asked)
      const behind = real
        ? place.behind(await chain(real.adminUrl, name, upstream, place))
        : upstream
      const tapUrl = await own.url
      const listen = await place.listen(consumer, at => create(tapUrl, name, protocol, behind, at))
      const adminUrl = real?.adminUrl ?? tapUrl
      const link: Link = {
        name,
        consumer,
        provider,
        protocol,
        adminUrl,
        tapUrl,
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

/** Where a link listens: what its consumer is told instead of the server's own address. */
export function listenAddress({ listenHost, listenPort }: Link): Address {
  return { host: listenHost, port: listenPort }
}

/** The same URL by way of a link of its own. */
export async function urlByLink(proxies: Proxies, path: Path, url: string): Promise<string> {
  const { host, hostname, port } = new URL(url)
  const link = await proxies.link({ ...path, upstream: { host: hostname, port: Number(port) } })
  return url.replace(host, `${link.listenHost}:${link.listenPort}`)
}

/** The URL of its API is told once that listens. */
async function spawnEmbedded(context: ProxyContext, name: string) {
  const file = join(context.scratchFolder, `${name}.json`)
  const process = await context.guardian.spawn({
    name,
    command: globalThis.process.execPath,
    args: [
      await programFile('proxy'),
      ...['-host', '127.0.0.1', '-port', '0', '--ready-file', file],
      ...['-seed', `${context.random.fork(name).integer(0, 2 ** 31)}`],
    ],
    logFile: join(context.runFolder, `${name}.log`),
  })
  const url = readyFile(context, process, file, ready).then(told => told.url)
  // Whoever makes a link is told of a failure; where nobody does, none matters.
  url.catch(() => {})
  return { process, url }
}

/** The same in a container; it is up when this resolves. */
async function containedProxy(
  context: ProxyContext,
  containers: Containers,
  name: string,
  { published }: ContainedPlace,
) {
  const api = await reservePort()
  const logFile = join(context.runFolder, `${name}.log`)
  await Promise.all([api, ...published].map(({ release }) => release()))
  const process = await containers.start({
    name,
    image: 'proxy',
    command: [
      ...['-host', '0.0.0.0', '-port', `${api.port}`, '-published-on-loopback'],
      ...['-seed', `${context.random.fork(name).integer(0, 2 ** 31)}`],
    ],
    ports: [api, ...published].map(({ port }) => port),
    logFile,
  })
  const url = `http://127.0.0.1:${api.port}`
  const part = new ServerPart(context, process, { port: api.port, logFile }, async () => {
    const answer = await fetch(`${url}/version`, { signal: AbortSignal.timeout(1_000) })
    if (!answer.ok) throw new Error(`it answers ${answer.status}`)
  })
  await part.ready()
  return { process, url: Promise.resolve(url) }
}

async function create(
  url: string,
  name: string,
  protocol: Link['protocol'],
  upstream: Address,
  listen: string,
): Promise<Address> {
  const answer = await fetch(`${url}/proxies`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name,
      listen,
      upstream: `${upstream.host}:${upstream.port}`,
      protocol,
      messages: protocol !== 'tcp',
    }),
    signal: AbortSignal.timeout(20_000),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`The proxy refused link ${name}: ${answer.status} ${text}`)
  return parseAddress(created.parse(JSON.parse(text)).listen)
}

async function chain(
  adminUrl: string,
  name: string,
  upstream: Address,
  { anyPort: listen }: ProxyPlace,
): Promise<Address> {
  const proxy = await new Toxiproxy(adminUrl).createProxy({
    name,
    listen,
    upstream: `${upstream.host}:${upstream.port}`,
  })
  return parseAddress(proxy.listen)
}

function parseAddress(text: string): Address {
  const { hostname, port } = new URL(`tcp://${text}`)
  return { host: hostname, port: Number(port) }
}
