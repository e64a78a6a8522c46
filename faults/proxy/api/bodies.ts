import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { type Address, parseAddress } from '../base/address.ts'
import { ApiError, invalidStream, invalidToxicType } from '../base/api-error.ts'
import { parseClient } from '../base/client-address.ts'
import { explainIssues } from '../base/explain-issues.ts'
import { foldCase } from '../base/fold-case.ts'
import type { Direction } from '../contracts/connection.ts'
import type { Registry } from '../contracts/registry.ts'
import { protocolMismatch } from '../contracts/toxic.ts'
import type { ToxicSettings } from '../pipe/active-toxic.ts'
import { type Aim, neverStrikes } from '../protocols/faults/strikeable.ts'
import type { ProxyRequest, ProxySettings } from '../proxies/proxy-settings.ts'
import { tlsBody } from '../sockets/tls.ts'

const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^/\p{Cc}]+$/u, 'must have no slash and no control character')
  .refine(text => text !== '.' && text !== '..', 'must be more than dots')
  .refine(text => text.isWellFormed(), 'must be no half of a surrogate pair')
const positive = z.int().min(1)

const proxyBody = z.strictObject({
  name: z.string().nullish(),
  listen: z.string().nullish(),
  upstream: z.string().nullish(),
  enabled: z.boolean().nullish(),
  toxics: z.array(z.unknown()).nullish(),
  protocol: z.string().nullish(),
  messages: z.boolean().nullish(),
  tls: tlsBody.nullish(),
  /** Part of every answer, so clients send them back: read and left alone. */
  counters: z.unknown().optional(),
  encryption: z.unknown().optional(),
  Logger: z.unknown().optional(),
})

const toxicBody = z.strictObject({
  name: z.union([name, z.literal('')]).nullish(),
  type: z.string().nullish(),
  stream: z.string().nullish(),
  toxicity: z.number().min(0).max(1).nullish(),
  attributes: z.unknown().optional(),
  connections: z
    .strictObject({
      client: z
        .string()
        .refine(text => parseClient(text) !== undefined, 'must be an IP address, or IP:port')
        .optional(),
      ids: z.array(positive).optional(),
      which: z.enum(['all', 'present']).optional(),
    })
    .refine(({ ids, which }) => ids?.length !== 0 || which === 'present', {
      path: ['ids'],
      message: 'must name a connection',
    })
    .nullish(),
  hits: z
    .strictObject({
      skip: z.int().min(0).optional(),
      first: positive.optional(),
      every: positive.optional(),
      probability: z.number().min(0).max(1).optional(),
    })
    .nullish(),
  lease: z
    .strictObject({
      ttlMs: z.int().min(1).max(2_147_483_647),
      heartbeat: z.boolean().default(false),
    })
    .nullish(),
  /** Part of every answer, so clients send it back: read and left alone. */
  landed: z.unknown().optional(),
})

/** A new proxy. `where` (` at proxy 2`) tells it from its neighbours in a list. */
export function parseProxy(body: unknown, registry: Registry, where = ''): ProxyRequest {
  const given = parseBody(proxyBody, body, where)
  if (!given.name) throw ApiError.missing(`name${where}`)
  if (!given.upstream) throw ApiError.missing(`upstream${where}`)
  const protocol = parseProtocol(given.protocol ?? 'tcp', registry)
  const said = {
    ...(given.protocol && { protocol }),
    ...(typeof given.messages === 'boolean' && { messages: given.messages }),
    ...(given.tls !== undefined && { tls: given.tls ?? undefined }),
  }
  return {
    settings: {
      name: parse(name, given.name, where, 'name'),
      listen: parseField(given.listen || '127.0.0.1:0', `listen${where}`),
      upstream: parseField(given.upstream, `upstream${where}`),
      protocol,
      messages: false,
      tls: undefined,
      ...said,
    },
    said,
    enabled: given.enabled ?? undefined,
    toxics: given.toxics?.map(toxic => ownToxic(parseToxic(toxic, registry, protocol))),
  }
}

/** Those that come with a proxy are there before its first connection. */
function ownToxic(toxic: ToxicSettings): ToxicSettings {
  if (toxic.connections?.which !== 'present') return toxic
  throw ApiError.badRequest(
    `connections.which: toxic '${toxic.name}' would meet no connection; add it when some are open`,
  )
}

/** A change of a proxy. Its name cannot change; its toxics have calls of their own. */
export function parseProxyChange(
  body: unknown,
  current: ProxySettings,
  registry: Registry,
): { readonly settings: ProxySettings; readonly enabled: boolean | undefined } {
  const given = parseBody(proxyBody, body)
  if (given.name && given.name !== current.name) {
    throw ApiError.badRequest(`name: must stay '${current.name}'`)
  }
  return {
    settings: {
      name: current.name,
      listen: given.listen ? parseField(given.listen, 'listen') : current.listen,
      upstream: given.upstream ? parseField(given.upstream, 'upstream') : current.upstream,
      protocol: parseProtocol(given.protocol ?? current.protocol, registry),
      messages: given.messages ?? current.messages,
      // `null` takes it away; silence leaves it.
      tls: given.tls === undefined ? current.tls : (given.tls ?? undefined),
    },
    enabled: given.enabled ?? undefined,
  }
}

/** A new toxic for a proxy that speaks this protocol. */
export function parseToxic(body: unknown, registry: Registry, protocol: string): ToxicSettings {
  const given = parseBody(toxicBody, body)
  const stream = parseStream(given.stream ?? 'downstream')
  const kind = registry.toxics.get(given.type ?? '')
  if (!kind) throw invalidToxicType()
  const problem = protocolMismatch(kind, protocol)
  if (problem !== undefined) throw ApiError.badRequest(`type: ${problem}`)
  if (kind.level === 'listener') refuseSelection(kind.type, given)
  const bound = kind.bind(given.attributes)
  refuseUnstrikable({ type: kind.type, stream, bound }, protocol)
  return {
    name: given.name || `${kind.type}_${stream}`,
    type: kind.type,
    stream,
    toxicity: given.toxicity ?? 1,
    bound,
    connections: given.connections ?? undefined,
    hits: given.hits ?? undefined,
    lease: given.lease ?? undefined,
  }
}

function refuseUnstrikable(aim: Aim, protocol: string, change?: unknown): void {
  const problem = neverStrikes(aim, protocol, change)
  if (problem !== undefined) throw ApiError.badRequest(problem)
}

/** A refused or unanswered connect reaches no one who could count or choose it. */
function refuseSelection(type: string, given: z.infer<typeof toxicBody>): void {
  for (const field of ['connections', 'hits', 'toxicity'] as const) {
    if (given[field] === undefined || given[field] === null || given[field] === 1) continue
    throw ApiError.badRequest(`${field}: ${type} acts on the whole listener`)
  }
}

/** Of a toxic, attributes and toxicity can change; the rest may be repeated, as clients do. */
export function parseToxicChange(
  body: unknown,
  current: ToxicSettings,
  protocol: string,
): { readonly attributes: unknown; readonly toxicity: number | undefined } {
  const given = parseBody(toxicBody, body)
  for (const field of ['name', 'type', 'stream'] as const) {
    const said = field === 'stream' ? given.stream?.toLowerCase() : given[field]
    if (said && said !== current[field]) {
      throw ApiError.badRequest(`${field}: must stay '${current[field]}'`)
    }
  }
  for (const field of ['connections', 'hits', 'lease'] as const) {
    const said = given[field]
    if (said && !isDeepStrictEqual(said, current[field])) {
      throw ApiError.badRequest(`${field}: must stay as it is; add the toxic anew to change it`)
    }
  }
  refuseUnstrikable(current, protocol, given.attributes)
  return { attributes: given.attributes, toxicity: given.toxicity ?? undefined }
}

/** In any case of letters, as Toxiproxy takes it. */
export function parseStream(text: string): Direction {
  const stream = text.toLowerCase()
  if (stream !== 'upstream' && stream !== 'downstream') throw invalidStream()
  return stream
}

function parseProtocol(protocol: string, registry: Registry): string {
  if (protocol === 'tcp' || registry.protocols.has(protocol)) return protocol
  const known = ['tcp', ...registry.protocols.keys()].join(', ')
  throw ApiError.badRequest(`protocol: must be one of ${known}, not '${protocol}'`)
}

function parseField(text: string, field: string): Address {
  const address = parseAddress(text)
  if (!address) throw ApiError.badRequest(`${field}: must be host:port, not '${text}'`)
  return address
}

/** Its own fields in any case of letters; those within them as they are written. */
function parseBody<T extends z.ZodObject>(schema: T, body: unknown, where = ''): z.output<T> {
  return parse(schema, foldCase(body, Object.keys(schema.shape)), where)
}

function parse<T extends z.ZodType>(
  schema: T,
  value: unknown,
  where = '',
  field?: string,
): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw ApiError.badRequest(explainIssues(parsed.error, field) + where)
}
