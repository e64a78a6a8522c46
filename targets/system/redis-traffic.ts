import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Outcome } from '../../lab/journal/journal.ts'
import type { Workload } from '../../lab/model/workload.ts'
import { type KeyedTrafficOptions, keyedTraffic } from './keyed-traffic.ts'
import type { Reach } from './reach.ts'
import type { RunningSystem } from './selectors.ts'

/** A command and its arguments: `['SET', 'seat:7', 'ada']`. */
export interface Command {
  readonly [name: string]: Json | undefined
  readonly command: readonly [string, ...(readonly (string | number)[])]
}

export type RedisTrafficOptions = KeyedTrafficOptions<Command>

const word = z.union([z.string(), z.number()])
const shape = z.object({ command: z.tuple([z.string()], word).readonly() })
const connectWithinMs = 10_000

/**
 * Clients of a Redis of the system (`redis({ traffic: true })`), without a service between. A command with a
 * `key` is a write: when it is confirmed, `readBack` must find it in the end (`noLostWrites`): a nil, a zero or an
 * empty list is nothing.
 */
export function redisTraffic(options: RedisTrafficOptions): Workload<RunningSystem> {
  return keyedTraffic(options, { shape, open: openClients })
}

async function openClients({ host, port }: Reach, clients: number) {
  const { Redis, ReplyError } = await import('ioredis')
  const all = Array.from({ length: clients }, () => {
    // Connects again by itself, but sends nothing twice and nothing late.
    const redis = new Redis({
      ...{ host, port, lazyConnect: true, connectTimeout: connectWithinMs },
      ...{ enableOfflineQueue: false, autoResendUnfulfilledCommands: false },
      ...{ maxRetriesPerRequest: 0, retryStrategy: () => 100 },
    })
    // Each command tells its own.
    return redis.on('error', () => {})
  })
  await Promise.all(all.map(one => one.connect()))
  return {
    ask: async ({ command: [name, ...args] }: Command, client: number) => {
      const redis = all[client % all.length]
      if (redis?.status !== 'ready') throw new NotConnected('not connected')
      const answer = z.json().parse(await redis.call(name, ...args.map(String)))
      const nothing =
        answer === null || answer === 0 || (Array.isArray(answer) && answer.length === 0)
      return { found: nothing ? 0 : 1, answer }
    },
    outcomeOf: (error: unknown): Outcome => {
      if (!(error instanceof Error)) throw error
      const { message } = error
      if (error instanceof NotConnected) return { kind: 'fail', ended: 'cut', error: message }
      if (!(error instanceof ReplyError)) return { kind: 'info', ended: 'cut', error: message }
      const [code = ''] = message.split(' ')
      return { kind: 'fail', ended: 'refused', code, error: `refused: ${message}` }
    },
    [Symbol.asyncDispose]: async () => {
      for (const one of all) one.disconnect()
    },
  }
}

class NotConnected extends Error {}
