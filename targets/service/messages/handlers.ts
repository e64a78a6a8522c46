import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Job } from './message.ts'
import type { StoredMessages } from './repository.ts'

/** Makes of a message what is to be stored. Throws when it cannot, now or ever. */
type Handler = (job: Job, trx: Kysely<unknown>) => Promise<string> | string

export type Handlers = Readonly<Record<Job['kind'], Handler>>

const form = z.record(z.string().min(1).max(100), z.union([z.string(), z.number(), z.boolean()]))

export function createHandlers(stored: StoredMessages): Handlers {
  return {
    note: ({ body }) => body,
    reply: async ({ body, userId, inReplyTo }, trx) => {
      if (inReplyTo !== null && (await stored.has(trx, userId, inReplyTo))) return body
      throw new Error('The message it replies to is not here (yet).')
    },
    form: ({ body }) => JSON.stringify(form.parse(JSON.parse(body))),
  }
}
