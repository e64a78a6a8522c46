import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { ApiError, invalidStream, invalidToxicType } from '../base/api-error.ts'
import { parseClient } from '../base/client-address.ts'
import type { Direction } from '../contracts/connection.ts'
import type { Registry } from '../contracts/registry.ts'
import { protocolMismatch } from '../contracts/toxic.ts'
import type { ToxicSettings } from '../pipe/active-toxic.ts'
import { type Aim, neverStrikes } from '../protocols/faults/strikeable.ts'
import { name, parseBody } from './parse-body.ts'

const positive = z.int().min(1)

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
function parseStream(text: string): Direction {
  const stream = text.toLowerCase()
  if (stream !== 'upstream' && stream !== 'downstream') throw invalidStream()
  return stream
}
