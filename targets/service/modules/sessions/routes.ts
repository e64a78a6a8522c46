import { z } from 'zod'
import { parse } from '../../http/problems.ts'
import type { Identity } from '../../identity/identity.ts'
import type { Http } from '../../kit.ts'
import { notFound } from '../../problem.ts'

const byId = z.object({ id: z.uuid() })
const shared = z
  .record(z.string().regex(/^[\w.-]{1,40}$/), z.string().max(1_000))
  .refine(entries => Object.keys(entries).length <= 50, 'at most 50 entries')
  .refine(entries => Object.keys(entries).length > 0, 'nothing to set')

/** A person's sessions, one per device, and what the devices share. */
export function addSessionRoutes(http: Http, identity: Identity): void {
  const { sessions } = identity
  http.get('/v1/sessions', async request => {
    const { userId, sessionId } = await identity.caller(request)
    const all = await sessions.list(userId)
    return {
      sessions: all.map(({ id, device, createdAt }) => ({
        id,
        device,
        createdAt,
        current: id === sessionId,
      })),
    }
  })
  http.delete('/v1/sessions/:id', async (request, reply) => {
    const { userId } = await identity.caller(request)
    const session = await sessions.find(parse(byId, request.params).id)
    // Another person's session is, to this one, not there.
    if (session?.userId !== userId) throw notFound('session')
    await sessions.revoke(session)
    return reply.code(204).send()
  })
  http.get('/v1/sessions/shared', async request => {
    const { userId } = await identity.caller(request)
    return sessions.readShared(userId)
  })
  http.patch('/v1/sessions/shared', async request => {
    const { userId } = await identity.caller(request)
    await sessions.writeShared(userId, parse(shared, request.body))
    return sessions.readShared(userId)
  })
}
