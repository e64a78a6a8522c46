import type { Kit } from '../kit.ts'
import { loop } from '../resilience/loop.ts'

/** A session that has something to tell by itself. */
interface Hearer {
  /** Sends what is new. */
  hear(): Promise<void>
}

/** Asks all its members, again and again, until the process closes; a round ends before the next. */
export function startRounds(
  name: string,
  everyMs: number,
  { log, onClose }: Pick<Kit, 'log' | 'onClose'>,
): Set<Hearer> {
  const hearers = new Set<Hearer>()
  const stopped = new AbortController()
  const round = async () => {
    const heard = await Promise.allSettled(Array.from(hearers, hearer => hearer.hear()))
    const failed = heard.find(result => result.status === 'rejected')
    if (failed) throw failed.reason
    return false
  }
  const rounds = loop(name, round, { idleMs: everyMs, signal: stopped.signal, log })
  onClose(async () => {
    stopped.abort()
    await rounds
  })
  return hearers
}
