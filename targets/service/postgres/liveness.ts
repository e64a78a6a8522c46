import type pg from 'pg'
import type { Defences } from '../defences.ts'
import { classify, codeOf } from '../failure.ts'

/** Which connections of a pool are still good for something. */
export interface Liveness {
  /** The server answered on this connection. */
  heard(client: pg.PoolClient): void
  /** True when the connection that this error came by must not be used again. */
  condemns(error: unknown): boolean
  /** Before it is used: false when it belongs to a server that was demoted, or does not answer. */
  isLive(client: pg.PoolClient): Promise<boolean>
}

const any: Liveness = { heard: () => {}, condemns: () => false, isLive: async () => true }

/**
 * A connection that turns out read-only leads to a server that was demoted, as all do that are as
 * old. One that gave no answer in time may be half-open, as all may be that have not been heard of
 * since: they are asked before they are used.
 */
export function createLiveness(defences: Pick<Defences, 'on' | 'settings'>): Liveness {
  if (!defences.on('pool-liveness')) return any
  const { againMs, pingMs } = defences.settings('pool-liveness')
  const ping = { text: 'select 1', query_timeout: pingMs }
  const born = new WeakMap<pg.PoolClient, number>()
  const lastHeard = new WeakMap<pg.PoolClient, number>()
  let demotedAt = Number.NEGATIVE_INFINITY
  let silentAt = Number.NEGATIVE_INFINITY
  const heard = (client: pg.PoolClient) => {
    lastHeard.set(client, performance.now())
  }
  return {
    heard,
    condemns: error => {
      const now = performance.now()
      const { fault, isAnswer } = classify(error)
      if (codeOf(error) === '25006') {
        // Where every server is read-only, not every statement replaces the whole pool.
        if (now - demotedAt > againMs) demotedAt = now
        return true
      }
      if (fault === 'server' && !isAnswer) silentAt = now
      return false
    },
    isLive: async client => {
      const bornAt = born.get(client) ?? performance.now()
      born.set(client, bornAt)
      if (bornAt < demotedAt) return false
      if ((lastHeard.get(client) ?? Number.POSITIVE_INFINITY) > silentAt) return true
      try {
        await client.query(ping)
        heard(client)
        return true
      } catch {
        return false
      }
    },
  }
}
