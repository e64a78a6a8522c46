import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { parse } from '../../http/problems.ts'
import type { Http } from '../../kit.ts'
import type { Graphql, GraphqlParts } from './graphql.ts'

const variables = z.record(z.string(), z.unknown()).nullish()
const question = z.object({ query: z.string(), variables, operationName: z.string().nullish() })
/** In a URL the variables are JSON. */
const questionInUrl = question.extend({ variables: z.string().transform(fromJson).pipe(variables) })

/** The same data as under `/v1`, by GraphQL, whose library is loaded when somebody first asks. */
export function addGraphqlRoutes(http: Http, parts: GraphqlParts): void {
  let starting: Promise<Graphql> | undefined
  const start = async () => (await import('./graphql.ts')).createGraphql(parts)
  const answer = async (asked: unknown, request: FastifyRequest, reply: FastifyReply) => {
    starting ??= start()
    const { status, body } = await (await starting)(parse(question, asked), request)
    reply.code(status)
    return body
  }
  http.post('/graphql', (request, reply) => answer(request.body, request, reply))
  http.get('/graphql', (request, reply) =>
    answer(parse(questionInUrl.partial({ variables: true }), request.query), request, reply),
  )
}

function fromJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue('must be JSON')
    return z.NEVER
  }
}
