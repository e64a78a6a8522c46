import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { z } from 'zod'
import {
  type Contestant,
  type ContestantName,
  startContestant,
} from '../../faults/proxy/conformance/contestant.ts'
import { findServer } from '../../targets/runtime/find-server.ts'
import { redisServer } from '../../targets/runtime/redis-server.ts'
import { serverTool } from '../../targets/runtime/server-tool.ts'
import { builtToxiproxy } from '../../targets/runtime/toxiproxy-binary.ts'
import { heldClient, output } from './child.ts'

/** A proxy under measurement: where its links to the servers listen. */
export interface Runner {
  readonly name: ContestantName
  readonly pid: number
  readonly adminUrl: string
  readonly redis: number
  readonly echo: number
  readonly source: number
  /** Adds a toxic to the echo link; the function removes it. */
  toxic(body: object): Promise<() => Promise<void>>
}

export interface Rig extends AsyncDisposable {
  readonly ours: Runner
  readonly toxiproxy: Runner
  /** Port of a link of ours to Redis with its protocol understood. */
  readonly parsedRedis: number
  readonly versions: Readonly<Record<string, string>>
  /** The same proxy once more, just started: nothing has grown its memory yet. `wrapper` is a
   * command that runs the rest of the line. */
  fresh(like: Runner, wrapper?: readonly string[]): Promise<Runner & AsyncDisposable>
  /** Runs redis-benchmark against a port and returns its operations per second. */
  redisBenchmark(port: number, args: readonly string[]): Promise<number>
}

/** The servers, and both proxies with a link to each. */
export async function startRig(progress: (line: string) => void): Promise<Rig> {
  await using stack = new AsyncDisposableStack()
  const redis = await findServer(redisServer, { progress })
  const benchmark = await serverTool('redis-benchmark', redis.command)
  const redisPort = await freePort()
  const flags = ['--port', `${redisPort}`, '--bind', '127.0.0.1', '--save', '']
  stack.use(await redisProcess(redis.command, flags, redis.env, redisPort))
  const server = async (serve: 'echo' | 'source') => {
    const { first } = stack.use(await heldClient('server', { serve }))
    return z.object({ port: z.int() }).parse(first).port
  }
  const upstreams = {
    redis: redisPort,
    echo: await server('echo'),
    source: await server('source'),
  }
  const ours = await runner(stack.use(await startContestant('ours')), upstreams)
  const toxiproxy = await runner(
    stack.use(await startContestant('toxiproxy', { env: { LOG_LEVEL: 'error' } })),
    upstreams,
  )
  const parsedRedis = await link(ours.adminUrl, 'parsed', redisPort, { protocol: 'redis' })
  const versions = {
    redis: redis.version,
    ours: await version(ours.adminUrl),
    toxiproxy: await version(toxiproxy.adminUrl),
  }
  const owned = stack.move()
  return {
    ours,
    toxiproxy,
    parsedRedis,
    versions,
    fresh: async ({ name }, wrapper = []) => {
      const contestant = await startContestant(name, { wrapper })
      return {
        ...(await runner(contestant, upstreams)),
        [Symbol.asyncDispose]: () => contestant[Symbol.asyncDispose](),
      }
    },
    redisBenchmark: async (port, args) => {
      const all = ['-p', `${port}`, '-q', '--csv', ...args]
      const text = await output(benchmark, all, redis.env)
      return Number(/^"[^"]+","([\d.]+)"/m.exec(text.split('\n').slice(1).join('\n'))?.[1])
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function runner(
  contestant: Contestant,
  upstreams: { readonly redis: number; readonly echo: number; readonly source: number },
): Promise<Runner> {
  const { url, name } = contestant
  return {
    name,
    pid: contestant.process.pid ?? 0,
    adminUrl: url,
    redis: await link(url, 'redis', upstreams.redis),
    echo: await link(url, 'echo', upstreams.echo),
    source: await link(url, 'source', upstreams.source),
    toxic: async body => {
      const added = await call(`${url}/proxies/echo/toxics`, 'POST', { name: 't', ...body })
      if (!added.ok) throw new Error(`${name} refused the toxic: ${await added.text()}`)
      return async () => {
        await call(`${url}/proxies/echo/toxics/t`, 'DELETE')
      }
    },
  }
}

async function link(url: string, name: string, upstream: number, more = {}): Promise<number> {
  const body = { name, listen: '127.0.0.1:0', upstream: `127.0.0.1:${upstream}`, ...more }
  const answer = await call(`${url}/proxies`, 'POST', body)
  const { listen } = z.object({ listen: z.string() }).parse(await answer.json())
  return Number(listen.split(':')[1])
}

async function version(url: string): Promise<string> {
  const answer = await call(`${url}/version`, 'GET')
  const { version } = z.object({ version: z.string() }).parse(await answer.json())
  return version === 'git' ? `${builtToxiproxy}, built with go install` : version
}

function call(url: string, method: string, body?: object): Promise<Response> {
  return fetch(url, {
    method,
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  })
}

/** Resolves when it accepts connections. */
async function redisProcess(
  command: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
  port: number,
): Promise<AsyncDisposable> {
  const child = spawn(command, flags, { env: { ...process.env, ...env }, stdio: 'ignore' })
  const deadlineMs = performance.now() + 10_000
  while (!(await accepts(port))) {
    if (performance.now() > deadlineMs) throw new Error('expected Redis to listen within 10 s')
  }
  return {
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => setTimeout(() => resolve(false), 50))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
