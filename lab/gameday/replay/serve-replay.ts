import { randomBytes, timingSafeEqual } from 'node:crypto'
import { fastify } from 'fastify'
import { z } from 'zod'
import { guard } from '../server/guard.ts'
import type { PageFiles } from '../server/page-files.ts'
import { secretOf } from '../server/secret-of.ts'
import type { DayReplay } from './day-replay.ts'

/** Whose eyes it is seen with: of those who know the faults, or of those who did not. */
const asked = z.strictObject({
  atMs: z.coerce.number().nonnegative(),
  /** Samples from before are known already. */
  afterMs: z.coerce.number().default(-1),
  as: z.enum(['observer', 'responder']),
})

export interface ReplayOptions {
  readonly replay: DayReplay
  readonly files: PageFiles
  readonly report: () => Promise<{ readonly html: string; readonly markdown: string }>
  /** 0: a free one. */
  readonly port: number
}

/** Serves a day that is over, on loopback; resolves to the link that opens it. */
export async function serveReplay(
  options: ReplayOptions,
): Promise<AsyncDisposable & { readonly link: string }> {
  const { replay, files, report } = options
  const secret = randomBytes(24).toString('base64url')
  const app = fastify({ logger: false, forceCloseConnections: true })
  guard(app)
  for (const [path, { type, text }] of files) {
    app.get(path, async (_request, reply) => reply.type(type).send(text))
  }
  app.addHook('preHandler', async (request, reply) => {
    if (!request.url.startsWith('/api/') || isSame(secretOf(request.headers), secret)) return
    return reply
      .code(401)
      .send({ code: 'unknown', reasons: ['this link is not, or no longer, one of the replay'] })
  })
  app.get('/api/replay', async () => {
    const { title, toMs, marks } = replay
    return { title, toMs, marks }
  })
  app.get('/api/moment', async (request, reply) => {
    const { success, data } = asked.safeParse(request.query)
    if (!success) return reply.code(400).send({ code: 'invalid', reasons: ['no such moment'] })
    return replay.moment(data.atMs, data.as, data.afterMs)
  })
  app.get('/api/report', report)
  await app.listen({ host: '127.0.0.1', port: options.port })
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  const link = `http://127.0.0.1:${port}/#replay:${secret}`
  return { link, [Symbol.asyncDispose]: () => app.close() }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
