import { Redis, ReplyError } from 'ioredis'
import type { Outcome } from '../journal/journal.ts'
import type { LabSystem } from '../model/target.ts'
import type { Operation, Workload } from '../model/workload.ts'
import { mixed } from './inputs.ts'

export interface RegistersOptions<System extends LabSystem> {
  readonly perSecond: Workload['perSecond']
  readonly keys: number
  readonly clients: number
  readonly at: (system: System) => { readonly host: string; readonly port: number }
  /** Default `registers`; also the beginning of its keys. */
  readonly name?: string
}

const connectWithinMs = 10_000

/**
 * Clients that read and write registers, keys of Redis, for `linearizableRegister`: `read`, and
 * `write` of a number that no other write has. The final reads ask for every key.
 */
export function redisRegisters<System extends LabSystem>(
  options: RegistersOptions<System>,
): Workload<System> {
  const { perSecond, keys, clients, at, name = 'registers' } = options
  const keyOf = (number: number) => `${name}:${number}`
  return {
    name,
    perSecond,
    clients,
    maxInFlight: 8 * clients,
    giveUpMs: 2_000,
    operations: random =>
      mixed(random, [
        { weight: 1, make: () => read(keyOf(random.integer(1, keys))) },
        {
          weight: 1,
          make: (_, input) => ({ f: 'write', key: keyOf(random.integer(1, keys)), input }),
        },
      ]),
    open: async system => {
      const all = Array.from({ length: clients }, () => client(at(system)))
      await Promise.all(all.map(one => one.connect()))
      return {
        perform: (operation, number) => ask(all[number % all.length], operation),
        [Symbol.asyncDispose]: async () => {
          for (const one of all) one.disconnect()
        },
      }
    },
    finale: () => Array.from({ length: keys }, (_, index) => read(keyOf(index + 1))),
  }
}

const read = (key: string): Operation => ({ f: 'read', key, input: null })

/** Connects again by itself, but sends nothing twice and nothing late. */
function client(at: { readonly host: string; readonly port: number }): Redis {
  const redis = new Redis({
    ...at,
    lazyConnect: true,
    connectTimeout: connectWithinMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 100,
  })
  // Each command tells its own.
  redis.on('error', () => {})
  return redis
}

async function ask(redis: Redis | undefined, { f, key = '', input }: Operation): Promise<Outcome> {
  if (redis?.status !== 'ready') return { kind: 'fail', ended: 'cut', error: 'not connected' }
  try {
    if (f === 'write') return { kind: 'ok', value: await redis.set(key, `${input}`) }
    const found = await redis.get(key)
    return { kind: 'ok', value: found === null ? null : Number(found) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (!(error instanceof ReplyError)) return { kind: 'info', ended: 'cut', error: message }
    const [code = ''] = message.split(' ')
    return { kind: 'fail', ended: 'refused', code, error: `refused: ${message}` }
  }
}
