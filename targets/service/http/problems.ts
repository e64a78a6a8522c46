import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { currentContext } from '../context.ts'
import { type Classify, classify, type Failure } from '../failure.ts'
import type { Http } from '../kit.ts'
import { tooContended } from '../postgres/transaction.ts'
import { Problem, unavailable } from '../problem.ts'

/** Every error leaves the service as Problem Details; what nobody foresaw is a 500, logged. */
export function answerProblems(http: Http, classify: Classify): void {
  http.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toProblem(error, classify)
    const { status, code } = problem.details
    if (status >= 500) request.log.warn({ code, err: problem.cause ?? problem }, problem.message)
    answer(problem, request, reply)
  })
  http.setNotFoundHandler((request, reply) => {
    answer(new Problem({ status: 404, code: 'not-found', title: 'No such page.' }), request, reply)
  })
}

/** For a path that cannot be decoded: no route is looked for, so no route's handler sees it. */
export function answerBadUrl(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  answer(toProblem(error), request, reply)
}

// Importing node:http would read all it exports, and so load a web client that is not used here.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

const unreadable: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** For bytes that are not HTTP, or too many or too slow to become a request. */
export function answerUnreadable(error: { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = unreadable[error.code ?? ''] ?? 400
  const title = 'This cannot be read as a request.'
  const body = JSON.stringify(
    new Problem({ status, code: 'unreadable', title }).toBody('/', currentContext()),
  )
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function answer(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  const { status, retryAfterSeconds } = problem.details
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  // Bytes, since Fastify would add a charset that the media type does not have.
  const body = Buffer.from(JSON.stringify(problem.toBody(request.url, currentContext())))
  reply.code(status).type('application/problem+json').send(body)
}

/** What any thrown thing means to a caller, who never reads a dependency's own words. */
export function toProblem(error: unknown, of: Classify = classify): Problem {
  if (error instanceof Problem) return error
  const foreseen = problemOf(of(error), error)
  if (foreseen) return foreseen
  const status = statusOf(error)
  if (status !== undefined && status >= 400 && status < 500 && error instanceof Error) {
    return new Problem({ status, code: 'bad-request', title: error.message, cause: error })
  }
  const title = 'Something went wrong on our side.'
  return new Problem({ status: 500, code: 'internal', title, cause: error })
}

const away = { postgres: 'The database', redis: 'The cache' } as const

function problemOf({ fault, dependency, code }: Failure, cause: unknown): Problem | undefined {
  if (fault === 'server') {
    const title = `${away[dependency]} cannot serve right now.`
    return unavailable(`${dependency}-unavailable`, title, { cause })
  }
  if (fault === 'victim') return tooContended(cause)
  if (/^(22|23502|23503|23514)/.test(code)) {
    const title = 'A value is not one that can be stored.'
    return new Problem({ status: 422, code: 'bad-value', title, cause })
  }
  if (code === '23505') {
    const title = 'Something like it is there already.'
    return new Problem({ status: 409, code: 'conflict', title, cause })
  }
  return undefined
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined
  return typeof error.statusCode === 'number' ? error.statusCode : undefined
}

/** Input as the schema says. @throws {Problem} 400 that names every wrong field. */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw new Problem({
    status: 400,
    code: 'validation',
    title: 'The request is not valid.',
    errors: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  })
}
