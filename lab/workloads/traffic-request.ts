import { z } from 'zod'
import type { Json } from '../base/json.ts'

export const trafficMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** One request as traffic describes it. */
export interface TrafficRequest {
  /** With the query, from the root: `/orders?limit=10`. */
  readonly path: string
  /** Default POST where there is a body, else GET. */
  readonly method?: (typeof trafficMethods)[number]
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: Json
  /** By which it can be asked for in the end; also sent as `X-Request-Id`. */
  readonly key?: string
  /** Sent as `Idempotency-Key`; `true` is the key. */
  readonly idempotencyKey?: string | true
  /** What it is to checks and plots; default `read` for GET and HEAD, else the method in small letters. */
  readonly f?: string
}

/** In the form in which the journal keeps it. */
export const trafficRequest = z
  .strictObject({
    path: z.string().startsWith('/'),
    method: z.enum(trafficMethods).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.json().optional(),
    key: z.string().min(1).optional(),
    idempotencyKey: z.union([z.string(), z.literal(true)]).optional(),
    f: z.string().min(1).optional(),
  })
  .transform(({ idempotencyKey, ...request }) => {
    const method = request.method ?? (request.body === undefined ? 'GET' : 'POST')
    const reads = method === 'GET' || method === 'HEAD'
    const idempotency = idempotencyKey === true ? request.key : idempotencyKey
    return {
      ...request,
      method,
      f: request.f ?? (reads ? 'read' : method.toLowerCase()),
      ...(idempotency !== undefined && { idempotencyKey: idempotency }),
    }
  })
