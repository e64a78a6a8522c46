import type { Kit } from '../kit.ts'
import { every, loop } from '../resilience/loop.ts'

/** A session that has something to tell by itself. */
interface Hearer {
  /** Sends what is new. */
  hear(): Promise<void>
}

/** Who is asked, again and again. */
export interface Rounds {
  add(hearer: Hearer): void
  delete(hearer: Hearer): void
}

/**
 * Asks all members as long as there are any, until the process closes; a round ends before the next.
 */
export function startRounds(
  name: string,
  everyMs: number,
  { log, onClose }: Pick<Kit, 'log' | 'onClose'>,
): Rounds {
  const hearers = new Set<Hearer>()
  let rounds = { stop: new AbortController(), ended: Promise.resolve() }
  const round = async () => {
    const heard = await Promise.allSettled(Array.from(hearers, hearer => hearer.hear()))
    const failed = heard.find(result => result.status === 'rejected')
    if (failed) throw failed.reason
    return false
  }
  onClose(async () => {
    rounds.stop.abort()
    await rounds.ended
  })
  return {
    add: hearer => {
      hearers.add(hearer)
      if (hearers.size > 1) return
      const stop = new AbortController()
      rounds = {
        stop,
        ended: loop(name, round, { idle: every(everyMs), signal: stop.signal, log }),
      }
    },
    delete: hearer => {
      hearers.delete(hearer)
      if (hearers.size === 0) rounds.stop.abort()
    },
  }
}
