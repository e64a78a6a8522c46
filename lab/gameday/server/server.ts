import { fastify } from 'fastify'
import { z } from 'zod'
import { messageOf } from '../../base/errors.ts'
import { type Action, action, may } from '../conduct/action.ts'
import { Refusal } from '../conduct/refusal.ts'
import type { Session } from '../conduct/session.ts'
import type { Access, Member } from './access.ts'
import { formsOf } from './forms.ts'
import { guard } from './guard.ts'
import { readLog } from './logs.ts'
import type { PageFiles } from './page-files.ts'
import { perform } from './perform.ts'
import { secretOf } from './secret-of.ts'
import type { Streams } from './streams.ts'

const mostBytes = 64 * 1024
const joining = z.strictObject({ name: z.string().trim().min(1).max(60) })

export interface ConsoleOptions {
  readonly session: Session
  readonly access: Access
  readonly streams: Streams
  readonly files: PageFiles
  /** Makes the report of the day so far. */
  readonly report: () => Promise<{ readonly html: string; readonly markdown: string }>
  /** 0: a free one. */
  readonly port: number
}

/** Serves the console on loopback; resolves to its port. Closing ends the open pages. */
export async function serveConsole(
  options: ConsoleOptions,
): Promise<AsyncDisposable & { readonly port: number }> {
  const { session, access, streams, files } = options
  const app = fastify({ bodyLimit: mostBytes, logger: false, forceCloseConnections: true })
  app.removeContentTypeParser('text/plain')
  guard(app)
  app.setErrorHandler(async (error, _request, reply) => {
    const status = statusOf(error)
    return reply.code(status).send({ code: codeOf(error), reasons: reasonsOf(error) })
  })

  for (const [path, { type, text }] of files) {
    app.get(path, async (_request, reply) => reply.type(type).send(text))
  }
  app.post('/api/join', async (request, reply) => {
    const { name } = joining.parse(request.body)
    const member = await access.join(secretOf(request.headers), name)
    if (!member) return reply.code(401).send(unknown)
    session.join({ name: member.name, role: member.role })
    return member
  })

  const known = (headers: Headers): Member => {
    const member = access.who(secretOf(headers))
    if (!member) throw new Unknown()
    return member
  }
  const crew = (headers: Headers): Member => {
    const member = known(headers)
    if (!may.inject.includes(member.role)) throw new Forbidden(member, 'see that')
    return member
  }
  app.get('/api/events', async (request, reply) => {
    const secret = secretOf(request.headers)
    const { role } = known(request.headers)
    reply.hijack()
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value)
    }
    const taken = streams.add(reply.raw, role, () => access.who(secret) !== undefined)
    if (!taken) reply.raw.writeHead(503, { 'retry-after': '5' }).end()
  })
  app.post('/api/act', async request => {
    const member = known(request.headers)
    const asked: Action = action.parse(request.body)
    if (!may[asked.do].includes(member.role)) throw new Forbidden(member, asked.do)
    return await perform(session, access, member, asked)
  })
  app.get('/api/forms', async request => {
    crew(request.headers)
    return await formsOf(session.running)
  })
  app.get('/api/log', async request => {
    known(request.headers)
    const { of } = z.object({ of: z.string().max(100) }).parse(request.query)
    return await readLog(session.running, of)
  })
  app.get('/api/report', async request => {
    const { role } = known(request.headers)
    const isOpen = session.state.closedMs === undefined
    if (role === 'responder' && isOpen)
      throw new Forbidden({ name: '', role }, 'see the report yet')
    return await options.report()
  })

  await app.listen({ host: '127.0.0.1', port: options.port })
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  return { port, [Symbol.asyncDispose]: () => app.close() }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

const unknown = {
  code: 'unknown',
  reasons: ['this link is not, or no longer, one of the day, or too many have come by it'],
}

class Unknown extends Error {
  override readonly name = 'Unknown'
}

class Forbidden extends Error {
  override readonly name = 'Forbidden'
  constructor({ role }: Member, what: string) {
    super(`a person who is ${role} may not ${what}`)
  }
}

function statusOf(error: unknown): number {
  if (error instanceof Unknown) return 401
  if (error instanceof Forbidden) return 403
  if (error instanceof Refusal) return error.code === 'not-found' ? 404 : 409
  if (error instanceof z.ZodError) return 400
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' ? status : 500
}

function reasonsOf(error: unknown): readonly string[] {
  if (error instanceof Refusal) return error.reasons
  if (error instanceof Unknown) return unknown.reasons
  return [error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error)]
}

function codeOf(error: unknown): string {
  if (error instanceof Refusal) return error.code
  if (error instanceof Unknown) return 'unknown'
  if (error instanceof Forbidden) return 'forbidden'
  return error instanceof z.ZodError ? 'invalid' : 'failed'
}
