import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import type { Killable, Link, Pausable, Stoppable } from '../model/capability.ts'
import type { Fault } from '../model/fault.ts'
import type { Context, LabSystem, Target } from '../model/target.ts'
import type { Workload } from '../model/workload.ts'
import { httpClient } from '../workloads/http.ts'
import { httpOutcome } from '../workloads/http-outcome.ts'
import { freePort } from './loopback.ts'

/** One counter server, as a system that can be hurt. */
export interface CounterSystem extends LabSystem {
  readonly url: string
  readonly server: Killable & Pausable & Stoppable
}

/** The counter server as a target; its one defence is `durable`. */
export function counter(
  settings: {
    readonly links?: readonly Link[]
    /** A script of Node's, run as another process of the target, named `helper`. */
    readonly helper?: string
  } = {},
): Target<CounterSystem> {
  return {
    name: 'counter',
    defences: ['durable', 'idle-defence'],
    start: async context => {
      const port = await freePort()
      const readyFile = join(context.scratchFolder, 'ready')
      const durable = !context.defencesOff.includes('durable')
      await rm(readyFile, { force: true })
      const server = await context.guardian.spawn({
        name: 'counter',
        command: process.execPath,
        args: [
          join(import.meta.dirname, 'counter-server.ts'),
          `${port}`,
          join(context.scratchFolder, 'ids'),
          readyFile,
        ],
        env: { DURABLE: durable ? 'yes' : 'no' },
        logFile: join(context.runFolder, 'counter.log'),
      })
      const { helper } = settings
      const beside = helper === undefined ? undefined : await startHelper(context, helper)
      await server.readyWhen(() => ready(readyFile, context.clock, context.signal))
      return {
        url: `http://127.0.0.1:${port}`,
        server,
        links: settings.links ?? [],
        describe: () => ({ counter: `port ${port}` }),
        [Symbol.asyncDispose]: async () => {
          await server[Symbol.asyncDispose]()
          await beside?.[Symbol.asyncDispose]()
        },
      }
    },
  }
}

function startHelper({ guardian, runFolder }: Context, script: string) {
  return guardian.spawn({
    name: 'helper',
    command: process.execPath,
    args: ['--eval', script],
    logFile: join(runFolder, 'helper.log'),
  })
}

const maxInFlight = 500

function idsOf(body: unknown): string[] {
  return z.array(z.string()).parse(JSON.parse(z.string().parse(body)))
}

/** Adds ids of its own, and reads them all at the end. */
export function adding(settings: { readonly perSecond?: number } = {}): Workload<CounterSystem> {
  return {
    name: 'adding',
    perSecond: settings.perSecond ?? 30,
    clients: 4,
    maxInFlight,
    giveUpMs: 2_000,
    operations: random => endless(() => `id-${random.integer(0, 2 ** 48)}`),
    open: async ({ url }) => {
      const client = httpClient({ connections: maxInFlight })
      return {
        perform: ({ f, key }, _client, signal) =>
          f === 'all'
            ? client.ask({ url: `${url}/all`, signal }, answer => httpOutcome(answer, idsOf))
            : client.ask({ url: `${url}/add/${key}`, method: 'POST', signal }, answer =>
                httpOutcome(answer, z.string().parse),
              ),
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      }
    },
    finale: () => [{ f: 'all', input: null }],
  }
}

/** SIGKILL, healed by a restart. */
export function killCounter(): Fault<CounterSystem> {
  return {
    name: 'kill',
    label: 'kill(counter)',
    needs: [],
    kind: 'lasting',
    plan: async ({ server }) => ({
      undo: server.undoKill,
      touches: [server.name],
      apply: async () => {
        await server.kill()
        return { landed: () => 1 }
      },
    }),
  }
}

/** Lets the server answer with 503, or late; `landed` counts the requests it did that to. */
export function misbehave(mode: 'slow' | 'refuse' | 'half'): Fault<CounterSystem> {
  return {
    name: mode,
    label: `${mode}(counter)`,
    needs: [],
    kind: 'lasting',
    plan: async ({ url }) => ({
      undo: { module: import.meta.url, args: { url } },
      touches: ['counter'],
      apply: async () => {
        await fetch(`${url}/mode/${mode}`, { method: 'POST' })
        return { landed: async () => Number(await (await fetch(`${url}/touched`)).text()) }
      },
    }),
  }
}

const undoArgs = z.object({ url: z.url() })

export async function undo(args: unknown): Promise<void> {
  const { url } = undoArgs.parse(args)
  await fetch(`${url}/mode/calm`, { method: 'POST' }).catch(() => {})
}

async function ready(file: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const deadline = clock.nowMs() + 10_000
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (text !== '') return
    if (clock.nowMs() > deadline) throw new Error('The counter server did not start within 10 s.')
    await clock.sleep(10, signal)
  }
}

function* endless(next: () => string) {
  for (;;) {
    const key = next()
    yield { f: 'add', key, input: key }
  }
}
