import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import { inTrace } from '../context.ts'
import type { Defences } from '../defences.ts'
import { createClassify, type Failure, reasonOf } from '../failure.ts'
import type { Metrics } from '../metrics.ts'
import type { Transact } from '../postgres/transaction.ts'
import { equalJitterMs } from '../resilience/backoff.ts'
import { tryAgain } from '../resilience/try-again.ts'
import type { Handlers } from './handlers.ts'
import type { Job, Lane } from './message.ts'
import type { Notices, Outbox } from './notices.ts'
import type { Queue } from './queue.ts'
import type { StoredMessages } from './repository.ts'

interface Parts {
  readonly db: Kysely<unknown>
  readonly transact: Transact
  readonly queue: Queue
  readonly stored: StoredMessages
  readonly handlers: Handlers
  readonly outbox: Outbox
  readonly notices: Notices
  readonly defences: Defences
  readonly metrics: Metrics
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** Handles the next message of these lanes; resolves to false when none is due. */
export type Consume = (lanes: readonly Lane[]) => Promise<boolean>

/** A message that was taken once stays taken. */
const forEverMs = 100 * 365 * 86_400_000

export function createConsumer(parts: Parts): Consume {
  const { queue, defences, metrics, log } = parts
  const leaseMs = defences.on('message-lease')
    ? defences.settings('message-lease').leaseMs
    : forEverMs
  const process = defences.on('idempotent-consumer') ? atOnce(parts) : oneAfterTheOther(parts)
  const fateOf = createFate(defences)
  const classify = createClassify(defences)
  const handled = metrics.counter({
    name: 'messages_handled_total',
    help: 'Attempts to handle a message, by what came of them.',
    labelNames: ['lane', 'outcome'],
  })
  const attempt = async (job: Job) => {
    try {
      refuseKiller(job, defences)
      await process(job)
      handled.inc({ lane: job.lane, outcome: 'stored' })
      log.info({ event: 'message-stored', message: job.id }, 'stored')
    } catch (error) {
      if (isPassing(classify(error))) {
        handled.inc({ lane: job.lane, outcome: 'postponed' })
        log.warn({ event: 'message-postponed', message: job.id, err: error }, 'tried again soon')
        return postpone(job)
      }
      const reason = reasonOf(error)
      const retryInMs = fateOf(job)
      const outcome = retryInMs === undefined ? 'dead' : 'failed'
      handled.inc({ lane: job.lane, outcome })
      const about = { message: job.id, attempt: job.attempts, retryInMs }
      log.warn({ event: `message-${outcome}`, ...about, reason }, 'not handled')
      await queue.failed(job, reason, retryInMs)
    }
  }
  /** What the database is in right now counts as no attempt, however long it lasts. */
  const postpone = (job: Job) =>
    tryAgain(() => queue.postponed(job, soonMs), {
      baseMs: soonMs,
      capMs: soonMs,
      forMs: leaseMs,
      isWorthIt: error => isPassing(classify(error)),
    })
  return async lanes => {
    const job = await queue.take(lanes, leaseMs)
    if (!job) return false
    await inTrace(job.trace, () => attempt(job))
    return true
  }
}

const soonMs = 500

/** Not the message's fault. */
function isPassing({ fault }: Failure): boolean {
  return fault === 'server' || fault === 'victim'
}

/** One that was begun too often without an end takes its workers with it. */
function refuseKiller({ attempts }: Job, defences: Defences): void {
  const { attempts: most } = defences.settings('dead-letter-queue')
  if (!defences.on('dead-letter-queue') || attempts <= most) return
  throw new Error(`No worker ended it in ${most} attempts.`)
}

/** When a message that failed is tried again; never again: undefined. */
export function createFate(defences: Defences): (job: Pick<Job, 'attempts'>) => number | undefined {
  const { attempts: most } = defences.settings('dead-letter-queue')
  const { baseMs, capMs } = defences.settings('message-backoff')
  const buriesDead = defences.on('dead-letter-queue')
  const backsOff = defences.on('message-backoff')
  return ({ attempts }) => {
    if (buriesDead && attempts >= most) return undefined
    return backsOff ? Math.round(equalJitterMs(attempts, baseMs, capMs)) : 0
  }
}

/** Effect, announcement and acknowledgement in one transaction, under the message's lock. */
function atOnce(parts: Parts): (job: Job) => Promise<void> {
  const { transact, queue } = parts
  const effect = createEffect(parts)
  return job =>
    transact(async trx => {
      if (!(await queue.holds(trx, job))) return // another worker has it by now
      await effect(trx, job)
      await queue.done(trx, job)
    })
}

/** Whoever dies between the two leaves an effect that will be repeated. */
function oneAfterTheOther(parts: Parts): (job: Job) => Promise<void> {
  const { db, transact, queue } = parts
  const effect = createEffect(parts)
  return async job => {
    await transact(trx => effect(trx, job))
    await queue.done(db, job)
  }
}

function createEffect({ stored, handlers, outbox, notices, defences }: Parts) {
  const announcesLater = defences.on('transactional-outbox')
  return async (trx: Kysely<unknown>, job: Job) => {
    await stored.add(trx, job, await handlers[job.kind](job, trx))
    const announcement = { messageId: job.id, userId: job.userId, trace: job.trace }
    if (announcesLater) await outbox.add(trx, announcement)
    else await notices.announce(announcement) // says so before it is so
  }
}
