import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Defences } from '../../defences.ts'
import { createClassify, reasonOf } from '../../failure.ts'
import type { Metrics } from '../../metrics.ts'
import type { Transact } from '../../postgres/transaction.ts'
import type { Which } from '../../queue/queue.ts'
import { createWorker } from '../../queue/worker.ts'
import type { Handlers } from './handlers.ts'
import type { Job } from './message.ts'
import { announceLater, type Notices } from './notices.ts'
import type { MessageQueue } from './queue.ts'
import type { StoredMessages } from './repository.ts'

interface Parts {
  readonly db: Kysely<unknown>
  readonly transact: Transact
  readonly queue: MessageQueue
  readonly stored: StoredMessages
  readonly handlers: Handlers
  readonly notices: Notices
  readonly defences: Defences
  readonly metrics: Metrics
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** Longer than a connection is waited for, shorter than a statement may take. */
const longMs = 1_000

/** Handles the next of these messages; resolves to false when none is due. */
export type Consume = (which: Which) => Promise<boolean>

export function createConsumer(parts: Parts): Consume {
  const { queue, defences, metrics, log } = parts
  const process = defences.on('idempotent-consumer') ? atOnce(parts) : oneAfterTheOther(parts)
  const handled = metrics.counter('messages_handled_total')
  return createWorker<Job>({
    name: 'message',
    queue,
    log,
    classify: createClassify(defences),
    longMs,
    handle: async job => {
      await process(job)
      handled.inc({ lane: job.lane, outcome: 'stored' })
      log.info({ event: 'message-stored', message: job.id }, 'stored')
    },
    postponed: ({ lane }) => handled.inc({ lane, outcome: 'postponed' }),
    failed: async (job, error, retryInMs) => {
      const reason = reasonOf(error)
      const outcome = retryInMs === undefined ? 'dead' : 'failed'
      handled.inc({ lane: job.lane, outcome })
      const about = { message: job.id, attempt: job.attempts, retryInMs }
      log.warn({ event: `message-${outcome}`, ...about, reason }, 'not handled')
      await queue.failed(job, reason, retryInMs)
    },
  })
}

/** Effect, announcement and acknowledgement in one transaction, under the message's lock. */
function atOnce(parts: Parts): (job: Job) => Promise<void> {
  const { transact, queue } = parts
  const effect = createEffect(parts)
  return job =>
    transact(async trx => {
      if (!(await queue.hold(trx, job))) return // another worker has it by now
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

function createEffect({ stored, handlers, notices, defences }: Parts) {
  const isAnnouncedLater = defences.on('transactional-outbox')
  return async (trx: Kysely<unknown>, job: Job) => {
    await stored.add(trx, job, await handlers[job.kind](job, trx))
    const announcement = { messageId: job.id, userId: job.userId, trace: job.trace }
    if (isAnnouncedLater) await announceLater(trx, announcement)
    else await notices.announce(announcement) // says so before it is so
  }
}
