import { z } from 'zod'
import { type Duration, toMs } from '../base/duration.ts'
import type { Json } from '../base/json.ts'
import type { Random } from '../base/random.ts'
import type { Entry, Outcome } from '../journal/journal.ts'
import type { Operation, Workload } from '../model/workload.ts'
import { Seats, type WithServices } from './endpoints.ts'
import type { HttpAnswer, HttpClient } from './http.ts'
import { httpOutcome } from './http-outcome.ts'
import { readBackOutcome } from './read-back.ts'
import { strayKeys } from './stray-keys.ts'
import { type TrafficRequest, trafficRequest } from './traffic-request.ts'

export interface HttpTrafficOptions {
  /** How checks, plots and the journal call it; default `http`. */
  readonly name?: string
  /** Requests a second; or a course of them, or people with a think time. */
  readonly perSecond: Workload['perSecond']
  /** Which service; needed where clients reach several. */
  readonly to?: string
  /** What is asked: `number` counts from 0. Chance comes from `random` alone, so a seed repeats it. */
  readonly request: (random: Random, number: number) => TrafficRequest
  /**
   * How to ask, in the end, for what was written under a `key`. A few keys that nobody wrote are asked
   * for, too: who finds those finds anything.
   */
  readonly readBack?: (key: string) => Pick<TrafficRequest, 'path' | 'method' | 'headers'>
  /**
   * What the answer to `readBack` shows: null for nothing, a list where it is there more than once, and
   * `sent` itself where it is as it was sent (undefined where nobody sent any). Default: by the fields
   * that both have.
   */
  readonly found?: (body: unknown, sent: Json | undefined) => Json
  /** What an answer means, where the service has ways of its own; undefined: as `httpOutcome` says. */
  readonly outcome?: (answer: HttpAnswer) => Outcome | undefined
  /** People, each of whom stays at one instance until it lets them down; default 8. */
  readonly clients?: number
  /** Default 400. */
  readonly maxInFlight?: number
  /** How long people wait for an answer; default '4s'. */
  readonly giveUp?: Duration
}

/** The journal keeps no longer answer. */
const longestKept = 1_000

/**
 * Requests over HTTP to the instances of a service. An ok answer to a request with a `key` promises
 * that what was sent is there in the end, once (`noLostWrites`).
 */
export function httpTraffic(options: HttpTrafficOptions): Workload<WithServices> {
  const { name = 'http', perSecond, clients = 8, maxInFlight = 400, giveUp = '4s' } = options
  return {
    name,
    perSecond,
    clients,
    maxInFlight,
    giveUpMs: toMs(giveUp),
    uses: link => link.name.startsWith('client>'),
    operations: random => operations(random, options),
    open: async system => {
      const seats = new Seats({ endpoints: system.endpointsOf(options.to) })
      // With it comes undici, which takes longer to load than all the rest of the lab.
      const { httpClient } = await import('./http.ts')
      const http = httpClient({ connections: maxInFlight })
      return {
        perform: (operation, client, signal) =>
          seats.ask(client, endpoint => ask(http, endpoint.http, operation, signal, options)),
        [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
      }
    },
    ...(options.readBack && { finale: journal => reads(journal, options) }),
  }
}

function* operations(
  random: Random,
  { request }: Pick<HttpTrafficOptions, 'request'>,
  from = 0,
): Generator<Operation> {
  for (let number = from; ; number++) {
    const { key, f, ...input } = trafficRequest.parse(request(random, number))
    yield { f, input, ...(key !== undefined && { key }) }
  }
}

/** The input of a final read; of a key that nobody wrote it has nothing that was sent. */
const toRead = z.object({ readBack: z.object({ sent: z.json().optional() }) })

function* reads(journal: readonly Entry[], options: HttpTrafficOptions): Generator<Operation> {
  const written = new Map<string, Json>()
  for (const entry of journal) {
    if (entry.kind !== 'invoke' || entry.key === undefined || isReading(entry.input)) continue
    written.set(entry.key, sentBy(entry.input))
  }
  for (const [key, sent] of written) yield { f: 'read', key, input: { readBack: { sent } } }
  for (const key of strayKeys((random, from) => operations(random, options, from))) {
    if (!written.has(key)) yield { f: 'read', key, input: { readBack: {} } }
  }
}

/** A request without a body says all by its key. */
function sentBy(input: Json): Json {
  return trafficRequest.parse(input).body ?? true
}

/** Who asks for a key promises nothing under it, and is told what was found. */
function isReading(input: Json): boolean {
  const { method } = trafficRequest.parse(input)
  return method === 'GET' || method === 'HEAD'
}

function ask(
  http: HttpClient,
  origin: string,
  { key, input }: Operation,
  signal: AbortSignal,
  options: HttpTrafficOptions,
): Promise<Outcome> {
  const { readBack, found, outcome } = options
  const final = toRead.safeParse(input).data?.readBack
  const asked = final && readBack && key !== undefined ? readBack(key) : input
  const { path, method, body, headers, idempotencyKey } = trafficRequest.parse(asked)
  const request = {
    ...{ url: `${origin}${path}`, method, signal },
    headers: { ...(key !== undefined && { 'x-request-id': key }), ...headers },
    ...(body !== undefined && { body }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  }
  return http.ask(request, answer => {
    const own = outcome?.(answer)
    if (own) return own
    if (!final)
      return httpOutcome(answer, said =>
        key === undefined || isReading(input) ? kept(said) : (body ?? true),
      )
    const { sent } = final
    if (found) return foundOutcome(answer, said => found(said, sent))
    return readBackOutcome(answer, { key: key ?? '', sent })
  })
}

function foundOutcome(answer: HttpAnswer, found: (body: unknown) => Json): Outcome {
  if (answer.status === 404 || answer.status === 410) return { kind: 'ok', value: null }
  return httpOutcome(answer, found)
}

function kept(body: unknown): Json {
  const text = JSON.stringify(body) ?? ''
  return text.length > longestKept ? { length: text.length } : z.json().parse(body)
}
