import { type OpenApi, readOpenApi } from '../../lab/workloads/openapi.ts'
import type { UpstreamAnswer, UpstreamHandler, UpstreamRequest } from './upstream.ts'

/** A server that is played from its OpenAPI description. */
export interface DescribedUpstream {
  /** The file, YAML or JSON, from where paths of the system begin: `./payments.yaml`. */
  readonly openapi: string
  /** Handlers in the place of the examples, by route: `POST /charges`, `GET /charges/:id`. */
  readonly answers?: Readonly<Record<string, UpstreamHandler>>
}

/**
 * A handler for each operation of the description, by route. A request that does not fit it is answered
 * with 400 and what is wrong; any other with the first success that is described: its example, else one made
 * from its schema. Paths hold with that of the described server, and without.
 * @throws {LabError} `broken-openapi`
 */
export async function openApiRoutes(
  { openapi, answers = {} }: DescribedUpstream,
  cwd: string,
): Promise<Readonly<Record<string, UpstreamHandler>>> {
  const api = await readOpenApi(openapi, cwd)
  const roots = new Set(['', rootOf(api)])
  const routes = api.getOperations().flatMap(({ operationId = '', method, path }) => {
    const own = path.replace(/\{([^}]+)\}/g, ':$1')
    const handler = handlerOf(api, operationId, answers[`${method.toUpperCase()} ${own}`])
    return [...roots].map(root => [`${method.toUpperCase()} ${root}${own}`, handler] as const)
  })
  return { ...answers, ...Object.fromEntries(routes) }
}

/** Of `https://api.example.com/v1` the `/v1`. */
function rootOf({ definition }: OpenApi): string {
  const url = definition.servers?.[0]?.url ?? '/'
  const path = URL.parse(url, 'http://localhost')?.pathname ?? '/'
  return path.replace(/\/$/, '')
}

function handlerOf(api: OpenApi, id: string, answer: UpstreamHandler | undefined): UpstreamHandler {
  return request => {
    const wrong = unfit(api, id, request)
    if (wrong) return wrong
    return answer ? answer(request) : example(api, id)
  }
}

function unfit(api: OpenApi, id: string, request: UpstreamRequest): UpstreamAnswer | undefined {
  const { method, body, headers, query, params } = request
  const operation = api.getOperation(id)
  if (!operation) return undefined
  // Its path is filled in from the parameters, past any root.
  const path = operation.path.replace(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  )
  const asked = {
    ...{ method, path, body: body ?? undefined },
    query: textsOf(query),
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
  }
  const { errors } = api.validateRequest(asked, operation)
  if (!errors || errors.length === 0) return undefined
  const detail = errors.map(one => `${one.instancePath || 'the request'} ${one.message}`).join('; ')
  return {
    status: 400,
    headers: { 'content-type': 'application/problem+json' },
    body: { title: 'the request does not fit the description', detail },
  }
}

function example(api: OpenApi, id: string): UpstreamAnswer {
  const { status, mock } = api.mockResponseForOperation(id)
  return { status, ...(mock !== undefined && { body: mock }) }
}

function textsOf(query: Readonly<Record<string, unknown>>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      return [name, Array.isArray(value) ? value.map(String) : String(value)]
    }),
  )
}
