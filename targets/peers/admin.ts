import { timingSafeEqual } from 'node:crypto'
import fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { FaultBoard, faultRule } from './fault-board.ts'
import { answerProblems, Problem } from './problem.ts'

const faultId = z.object({ id: z.coerce.number().int() })

/**
 * The second port of a peer: `POST /faults`, `GET /faults`, `DELETE /faults[/:id]`, and what the
 * peer adds (its statement). Every call needs the bearer token.
 */
export function adminServer<Fault extends z.infer<typeof faultRule>>(
  token: string,
  board: FaultBoard<Fault>,
  schema: z.ZodType<Fault>,
): FastifyInstance {
  const app = fastify({ forceCloseConnections: true })
  answerProblems(app)
  const expected = Buffer.from(`Bearer ${token}`)
  app.addHook('onRequest', async request => {
    const given = Buffer.from(request.headers.authorization ?? '')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new Problem(401, 'unauthorized', 'The admin port needs its bearer token.')
    }
  })
  app.get('/faults', () => board.list())
  app.post('/faults', async (request, reply) =>
    reply.code(201).send(await board.post(schema.parse(request.body))),
  )
  app.delete('/faults', async (_request, reply) => {
    await board.heal()
    return reply.code(204).send()
  })
  app.delete('/faults/:id', async (request, reply) => {
    await board.heal(faultId.parse(request.params).id)
    return reply.code(204).send()
  })
  return app
}
