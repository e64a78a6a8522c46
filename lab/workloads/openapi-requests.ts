import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Json } from '../base/json.ts'
import type { Random } from '../base/random.ts'
import { type OpenApi, readOpenApi } from './openapi.ts'
import { type TrafficRequest, trafficMethods } from './traffic-request.ts'

export interface OpenApiRequestsOptions {
  /** Which operations, by `GET /orders/{id}` or their id; default every GET. */
  readonly only?: (operation: { readonly id: string; readonly route: string }) => boolean
  /** Values of parameters by their name, where the described ones would find nothing. */
  readonly values?: Readonly<Record<string, (random: Random) => string | number>>
}

const parameter = z.looseObject({
  name: z.string(),
  in: z.enum(['path', 'query', 'header', 'cookie']),
  required: z.boolean().default(false),
  example: z.unknown().optional(),
  schema: z
    .looseObject({
      example: z.unknown().optional(),
      default: z.unknown().optional(),
      enum: z.array(z.unknown()).optional(),
      type: z.unknown().optional(),
      minimum: z.number().optional(),
      maximum: z.number().optional(),
    })
    .default({}),
})
type Parameter = z.infer<typeof parameter>

/**
 * Requests of `httpTraffic` from an OpenAPI description: each of the operations by chance, with the described
 * examples of parameters and bodies, or values that their schemas allow. `await` it where the traffic is
 * written. Requests have no key: what they write is not asked for in the end.
 * @throws {LabError} `broken-openapi`
 */
export async function openApiRequests(
  file: string | URL,
  options: OpenApiRequestsOptions = {},
): Promise<(random: Random) => TrafficRequest> {
  const path = file instanceof URL ? fileURLToPath(file) : file
  const api = await readOpenApi(path, process.cwd())
  const { only = ({ route }) => route.startsWith('GET '), values = {} } = options
  const wanted = api
    .getOperations()
    .filter(({ operationId = '', method, path: to }) =>
      only({ id: operationId, route: `${method.toUpperCase()} ${to}` }),
    )
  if (wanted.length === 0)
    throw new RangeError(`expected ${path} to have an operation that \`only\` lets through`)
  return random => {
    const operation = wanted[random.integer(0, wanted.length - 1)]
    return requestOf(operation, random, values)
  }
}

type OneOperation = ReturnType<OpenApi['getOperations']>[number] | undefined

function requestOf(
  operation: OneOperation,
  random: Random,
  values: NonNullable<OpenApiRequestsOptions['values']>,
): TrafficRequest {
  const { path = '/', method = 'get', parameters = [], requestBody } = operation ?? {}
  const all = z.array(parameter).parse(parameters)
  const valued = (one: Parameter) => values[one.name]?.(random) ?? described(one, random)
  const text = (one: Parameter) => encodeURIComponent(`${valued(one)}`)
  const named = (name: string) => all.find(one => one.in === 'path' && one.name === name)
  const filled = path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const one = named(name)
    return one ? text(one) : '1'
  })
  const isAsked = (one: Parameter) => one.required || values[one.name] !== undefined
  const query = all
    .filter(one => one.in === 'query' && isAsked(one))
    .map(one => `${one.name}=${text(one)}`)
  const headers = all
    .filter(one => one.in === 'header' && isAsked(one))
    .map(one => [one.name, `${valued(one)}`])
  const body = bodyOf(requestBody)
  const known = trafficMethods.find(each => each === method.toUpperCase())
  return {
    path: query.length === 0 ? filled : `${filled}?${query.join('&')}`,
    headers: Object.fromEntries(headers),
    ...(known && { method: known }),
    ...(body !== undefined && { body }),
  }
}

function described({ example, schema }: Parameter, random: Random): unknown {
  const known = [example, schema.example, schema.default].find(value => value !== undefined)
  if (known !== undefined) return known
  if (schema.enum) return schema.enum[random.integer(0, schema.enum.length - 1)]
  const { type, minimum = 1, maximum = 100 } = schema
  if (type === 'integer' || type === 'number')
    return random.integer(minimum, Math.max(minimum, maximum))
  return type === 'boolean' ? 'true' : `text-${random.integer(1, 100)}`
}

const media = z.looseObject({
  example: z.json().optional(),
  examples: z.record(z.string(), z.looseObject({ value: z.json().optional() })).optional(),
  schema: z.looseObject({ example: z.json().optional() }).optional(),
})
const body = z.looseObject({ content: z.record(z.string(), media) })

/** Only one that is described as an example: one made from a schema would be refused by most services. */
function bodyOf(described: unknown): Json | undefined {
  const { content = {} } = body.safeParse(described).data ?? {}
  const json = Object.entries(content).find(([type]) => type.includes('json'))?.[1]
  const [first] = Object.values(json?.examples ?? {})
  return json?.example ?? first?.value ?? json?.schema?.example
}
