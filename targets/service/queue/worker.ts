import type { Logger } from 'pino'
import { inTrace } from '../context.ts'
import type { Classify } from '../failure.ts'
import { tryAgain } from '../resilience/try-again.ts'
import { retryInMs } from './policy.ts'
import type { Queue, Taken, Which } from './queue.ts'

interface Traced extends Taken {
  /** The id it was asked for with, where the queue keeps it. */
  readonly trace?: string
}

interface Parts<Job extends Traced> {
  readonly queue: Pick<Queue<Job>, 'policy' | 'take' | 'postpone'>
  readonly handle: (job: Job) => Promise<void>
  /** @param retryInMs when it is due again; undefined: that was the last attempt. */
  readonly failed: (job: Job, error: unknown, retryInMs: number | undefined) => Promise<void>
  /** Of the database that the work is about; without it every failure counts as an attempt. */
  readonly classify?: Classify
  /**
   * A failure after so long counts as an attempt, whosever fault it was: a job whose statement never
   * ends looks like a slow database, and would hold a worker for ever. Without it: none does.
   */
  readonly longMs?: number
  readonly postponed?: (job: Job) => void
  /** For the log, as the beginning of events. */
  readonly name: string
  readonly log: Pick<Logger, 'warn'>
}

/** Thrown by a handler: its job has to wait for another, which counts as no attempt. */
export class NotYet extends Error {}

const soonMs = 500

/** Takes the next job and does it, under the id it was asked for with; false when none is due. */
export function createWorker<Job extends Traced>(
  parts: Parts<Job>,
): (which?: Which) => Promise<boolean> {
  const {
    queue,
    handle,
    failed,
    classify,
    longMs = Number.POSITIVE_INFINITY,
    postponed,
    name,
    log,
  } = parts
  const { policy } = queue
  const isPassing = (error: unknown) => {
    if (error instanceof NotYet) return true
    const fault = classify?.(error).fault
    return fault === 'server' || fault === 'victim'
  }
  /** What the database is in right now counts as no attempt, however often it says so. */
  const postpone = (job: Job) =>
    tryAgain(() => queue.postpone(job, soonMs), {
      baseMs: soonMs,
      capMs: soonMs,
      ...(policy.leaseMs !== undefined && { forMs: policy.leaseMs }),
      isWorthIt: isPassing,
    })
  const attempt = async (job: Job) => {
    const beganMs = performance.now()
    try {
      refuseKiller(job, policy.attempts)
      await handle(job)
    } catch (error) {
      const isLong = performance.now() - beganMs > longMs
      if (isLong || !isPassing(error)) return failed(job, error, retryInMs(policy, job))
      log.warn({ event: `${name}-postponed`, id: job.id, err: error }, 'tried again soon')
      postponed?.(job)
      await postpone(job)
    }
  }
  return async which => {
    const job = await queue.take(which)
    if (job) await inTrace(job.trace, () => attempt(job))
    return job !== undefined
  }
}

/** One that was begun too often without an end takes its workers with it. */
function refuseKiller({ attempts }: Taken, most: number | undefined): void {
  if (most === undefined || attempts <= most) return
  throw new Error(`No worker ended it in ${most} attempts.`)
}
