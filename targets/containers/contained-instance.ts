import type { GuardedProcess } from '../../lab/model/guardian.ts'
import type { Context } from '../../lab/model/target.ts'
import type { Containers } from './containers.ts'

const startWithinMs = 50_000
const askEveryMs = 50

export interface ContainedInstance {
  readonly name: string
  readonly nodeArgs: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Of each of its roles. */
  readonly ports: Readonly<Record<string, number>>
  /** Every server in it by the link that leads there. */
  readonly config: Readonly<Record<string, unknown>>
  readonly logFile: string
  readonly stopWithinMs: number
}

/** One process of the service in a container, which is up when this resolves. */
export async function containedInstance(
  context: Pick<Context, 'clock' | 'signal'>,
  containers: Containers,
  { name, nodeArgs, env, ports, config, logFile, stopWithinMs }: ContainedInstance,
): Promise<{
  readonly process: GuardedProcess
  readonly urls: Readonly<Record<string, string>>
}> {
  const { readyFile: _file, ...told } = config
  // A peer in another container is not on the machine that `test` wants it on.
  const own = { ...told, environment: 'development', host: '0.0.0.0' }
  const entries = Object.entries(ports)
  const process = await containers.start({
    name,
    image: 'service',
    entrypoint: ['/nodejs/bin/node', ...nodeArgs, 'targets/service/main.ts'],
    environment: { ...env, SERVICE_CONFIG: '/etc/service.json' },
    files: { '/etc/service.json': JSON.stringify(own) },
    ports: entries.map(([, port]) => port),
    logFile,
    stopWithinMs,
  })
  const urls = new Map(entries.map(([role, port]) => [role, `http://127.0.0.1:${port}`]))
  await process.readyWhen(() => started(context, process, [...urls.values()]))
  return { process, urls: Object.fromEntries(urls) }
}

async function started(
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
  process: GuardedProcess,
  urls: readonly string[],
): Promise<void> {
  const deadline = clock.nowMs() + startWithinMs
  for (const url of urls) {
    while (!(await answers(`${url}/health/startup`))) {
      if (!process.running) throw new Error(`${process.name} ended before it listened; see its log`)
      if (clock.nowMs() > deadline) {
        throw new Error(`${process.name} does not listen after ${startWithinMs} ms; see its log`)
      }
      await clock.sleep(askEveryMs, signal)
    }
  }
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined)
  return answer?.ok === true
}
