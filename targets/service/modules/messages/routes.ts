import { z } from 'zod'
import { parse } from '../../http/problems.ts'
import type { Identity } from '../../identity/identity.ts'
import type { Http } from '../../kit.ts'
import { unavailable } from '../../problem.ts'
import { newMessage } from './message.ts'
import { type Notices, noticeCursor } from './notices.ts'
import type { MessageQueue } from './queue.ts'
import type { StoredMessages } from './repository.ts'
import type { Messages } from './service.ts'

const byId = z.object({ id: z.uuid() })
const limit = z.coerce.number().int().min(1).max(200).default(50)
const page = z.object({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limit,
})
const cursor = z.object({ after: noticeCursor })
const deadPage = z.object({ limit })

interface Parts {
  readonly identity: Identity
  readonly messages: Messages
  readonly stored: StoredMessages
  readonly notices: Notices
  readonly queue: MessageQueue
}

export function addMessageRoutes(http: Http, parts: Parts): void {
  const { identity, messages, stored, notices, queue } = parts
  http.post('/v1/messages', async (request, reply) => {
    const caller = await identity.caller(request)
    const accepted = await messages.accept(caller, parse(newMessage, request.body))
    return reply.code(202).send(accepted)
  })
  http.get('/v1/messages', async request => {
    const { userId } = await identity.caller(request)
    const { after, limit } = parse(page, request.query)
    return { messages: await stored.of(userId, after, limit) }
  })
  http.get('/v1/messages/:id', async request => {
    const caller = await identity.caller(request)
    return messages.progress(caller, parse(byId, request.params).id)
  })
  http.get('/v1/notices', async request => {
    const { userId } = await identity.caller(request)
    const { after } = parse(cursor, request.query)
    const told = await notices.after(userId, after).catch(cause => {
      const title = 'Notices cannot be read at the moment.'
      throw unavailable('redis-unavailable', title, { cause })
    })
    return { notices: told }
  })
  http.get('/v1/dead-letters', async request => {
    await identity.caller(request, 'jobs:manage')
    return { deadLetters: await queue.dead(parse(deadPage, request.query).limit) }
  })
  http.post('/v1/dead-letters/:id/redrive', async (request, reply) => {
    const caller = await identity.caller(request, 'jobs:manage')
    await messages.redrive(caller, parse(byId, request.params).id)
    return reply.code(202).send({})
  })
}
