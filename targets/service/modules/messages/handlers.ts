import type { Kysely } from 'kysely'
import { z } from 'zod'
import { NotYet } from '../../queue/worker.ts'
import type { Job } from './message.ts'
import type { MessageQueue } from './queue.ts'
import type { StoredMessages } from './repository.ts'

/** Makes of a message what is to be stored. Throws when it cannot, now or ever. */
type Handler = (job: Job, trx: Kysely<unknown>) => Promise<string> | string

export type Handlers = Readonly<Record<Job['kind'], Handler>>

const form = z.record(z.string().min(1).max(100), z.union([z.string(), z.number(), z.boolean()]))

/** @throws {NotYet} for a reply to what came before it and is still on its way. */
export function createHandlers(
  stored: StoredMessages,
  queue: Pick<MessageQueue, 'isBehind'>,
): Handlers {
  return {
    note: ({ body }) => body,
    reply: async (job, trx) => {
      const { body, userId, inReplyTo } = job
      if (inReplyTo !== null && (await stored.has(trx, userId, inReplyTo))) return body
      if (await queue.isBehind(trx, job))
        throw new NotYet('The message it replies to is on its way.')
      throw new Error('The message it replies to is not here (yet).')
    },
    form: ({ body }) => JSON.stringify(form.parse(JSON.parse(body))),
  }
}
