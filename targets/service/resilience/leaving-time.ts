import { currentContext, runInContext } from '../context.ts'
import { deadlineIn, within } from './deadline.ts'

/** Enough to look up what to say instead, and to answer with it, before the caller's deadline. */
const reserveMs = 150

/**
 * The work's result, or the deadline's problem a moment before the caller's own deadline, so that
 * the caller can still be told something better. It ends at once when the caller hangs up, and
 * does not begin when there is no time left.
 */
export async function leavingTime<T>(work: () => Promise<T>): Promise<T> {
  const context = currentContext()
  const { deadline } = context
  const leftMs = deadline.remainingMs()
  if (!Number.isFinite(leftMs)) return work()
  deadline.signal?.throwIfAborted()
  using sooner = deadlineIn(Math.max(1, leftMs - reserveMs), 1)
  const onAbort = () => sooner.hangUp()
  deadline.signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await runInContext({ ...context, deadline: sooner }, () => within(sooner, work()))
  } finally {
    deadline.signal?.removeEventListener('abort', onAbort)
  }
}
