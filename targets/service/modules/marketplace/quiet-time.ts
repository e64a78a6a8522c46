import { setTimeout as pause } from 'node:timers/promises'
import type { Deadline } from '../../resilience/deadline.ts'

/** A dependency's wish to be left alone, respected by all requests of this process. */
export interface QuietTime {
  /**
   * Waits where the wish ends within the deadline.
   * @throws whatever `refuse` makes of the seconds that are left, where it does not.
   */
  respect(deadline: Deadline, refuse: (seconds: number) => Error): Promise<void>
  /** A `Retry-After` in seconds or as a date; anything else is no wish. */
  ask(retryAfter: string | undefined): void
}

export const noQuietTime: QuietTime = { respect: async () => {}, ask: () => {} }

/** @param mostMs longer wishes are cut to this: a mistake there must not stop us for a day. */
export function createQuietTime(mostMs: number): QuietTime {
  let until = 0
  return {
    ask: retryAfter => {
      const ms = wishMs(retryAfter)
      if (ms !== undefined) until = Math.max(until, performance.now() + Math.min(ms, mostMs))
    },
    respect: async (deadline, refuse) => {
      const leftMs = until - performance.now()
      if (leftMs <= 0) return
      if (leftMs >= deadline.remainingMs()) throw refuse(Math.ceil(leftMs / 1_000))
      const { signal } = deadline
      // Timers may fire a little early, and early is what was asked not to be.
      await pause(Math.ceil(leftMs) + 1, undefined, signal && { signal })
    },
  }
}

function wishMs(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined
  const text = retryAfter.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}
