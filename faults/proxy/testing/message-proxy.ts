import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { until } from './proxied.ts'

const ready = z.object({ url: z.url(), pid: z.int() })
const listening = z.object({ listen: z.string() })
const toxicState = z.object({
  landed: z.object({ connections: z.number(), bytes: z.number(), messages: z.number() }),
})
const named = z.array(z.object({ name: z.string() }))

/** One link through a proxy that is a process of its own. */
export interface TestLink {
  readonly name: string
  readonly host: string
  readonly port: number
  /** Adds a toxic; resolves to how to ask on how many messages it has landed, and to remove it. */
  toxic(body: ToxicBody): Promise<{ landed(): Promise<number>; remove(): Promise<void> }>
  /** What the API answers to this toxic: status and text. */
  refusal(body: ToxicBody): Promise<string>
  /** Names of the toxics on it. */
  toxics(): Promise<string[]>
}

export interface ToxicBody {
  readonly type: string
  readonly stream?: 'upstream' | 'downstream'
  readonly attributes?: object
  readonly hits?: object
  readonly connections?: object
}

export interface MessageProxy extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  link(
    protocol: string,
    upstream: { host: string; port: number },
    settings?: { readonly messages: boolean },
  ): Promise<TestLink>
}

/** Starts the proxy as users do: `node main.ts`. */
export async function messageProxy(): Promise<MessageProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-test-'))
  const readyFile = join(folder, 'ready.json')
  const main = fileURLToPath(new URL('../main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, '-port', '0', '--ready-file', readyFile], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(child, 'exit')
  const { url, pid } = await readReady(readyFile)
  let names = 0
  return {
    url,
    pid,
    link: async (protocol, { host, port }, settings) => {
      const name = `link-${names++}`
      const made = await call(url, 'POST', '/proxies', {
        name,
        protocol,
        upstream: `${host}:${port}`,
        ...settings,
      })
      const [at, listenPort] = listening.parse(JSON.parse(made.text)).listen.split(':')
      return link(url, name, at ?? '', Number(listenPort))
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true })
    },
  }
}

function link(url: string, name: string, host: string, port: number): TestLink {
  let toxics = 0
  return {
    name,
    host,
    port,
    toxic: async body => {
      const path = `/proxies/${name}/toxics`
      const toxic = `toxic-${toxics++}`
      const added = await call(url, 'POST', path, { name: toxic, ...body })
      if (added.status !== 200) throw new Error(`expected 200, found ${added.text}`)
      return {
        landed: async () => {
          const { text } = await call(url, 'GET', `${path}/${toxic}`)
          return toxicState.parse(JSON.parse(text)).landed.messages
        },
        remove: async () => void (await call(url, 'DELETE', `${path}/${toxic}`)),
      }
    },
    refusal: async body => (await call(url, 'POST', `/proxies/${name}/toxics`, body)).text,
    toxics: async () => {
      const { text } = await call(url, 'GET', `/proxies/${name}/toxics`)
      return named.parse(JSON.parse(text)).map(each => each.name)
    },
  }
}

async function readReady(readyFile: string): Promise<z.infer<typeof ready>> {
  let text = ''
  await until(async () => {
    text = await readFile(readyFile, 'utf8').catch(() => '')
    return text !== ''
  }, 45_000)
  return ready.parse(JSON.parse(text))
}

async function call(url: string, method: string, path: string, body?: object) {
  const answer = await fetch(url + path, {
    method,
    signal: AbortSignal.timeout(10_000),
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: answer.status, text: await answer.text() }
}
