import type { Kit } from '../kit.ts'
import { loop } from '../resilience/loop.ts'
import { untilClosed } from '../resilience/until-closed.ts'

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
  const round = async () => {
    const heard = await Promise.allSettled(Array.from(hearers, hearer => hearer.hear()))
    const failed = heard.find(result => result.status === 'rejected')
    if (failed) throw failed.reason
    return false
  }
  untilClosed(onClose, signal => loop(name, round, { idleMs: everyMs, signal, log }))
  return hearers
}
