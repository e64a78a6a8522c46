import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

/** An error that becomes an RFC 9457 answer. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly title: string
  readonly more: Readonly<Record<string, unknown>>

  constructor(
    status: number,
    title: string,
    detail: string,
    more: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail)
    this.status = status
    this.title = title
    this.more = more
  }
}

/** Whatever a client sends wrong becomes a typed 4xx; only what nobody foresaw is a 500. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, _request, reply) => {
    const problem = asProblem(error)
    if (problem.status >= 500) process.stderr.write(`${problem.stack}\n`)
    return reply
      .code(problem.status)
      .type('application/problem+json')
      .send({
        title: problem.title,
        status: problem.status,
        detail: problem.message,
        ...problem.more,
      })
  })
  app.setNotFoundHandler(() => {
    throw new Problem(404, 'not-found', 'There is no such route.')
  })
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof z.ZodError) return new Problem(400, 'invalid', z.prettifyError(error))
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500
  if (typeof status === 'number' && status < 500) return new Problem(status, 'invalid', `${error}`)
  return new Problem(500, 'internal', error instanceof Error ? (error.stack ?? '') : `${error}`)
}
