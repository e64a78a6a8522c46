import { Pool } from 'undici'
import type { z } from 'zod'
import { currentContext } from '../../context.ts'
import type { Defences } from '../../defences.ts'
import { notFound, Problem, unavailable } from '../../problem.ts'
import { outward } from '../../resilience/outward.ts'
import { failureOf, MarketplaceFailure } from './failure.ts'
import { createQuietTime, noQuietTime } from './quiet-time.ts'

interface Options {
  readonly url: string
  readonly apiKey: string
  readonly defences: Defences
}

export interface Call<Schema extends z.ZodType> {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly answer: Schema
  readonly body?: object
  readonly idempotencyKey?: string
}

/** One attempt at the third party's API. Retries, breaker and bulkhead stand around it. */
export interface MarketplaceClient {
  /**
   * @throws {MarketplaceFailure} where asking again may help.
   * @throws {Problem} where it does not: 404, 409, or our own credentials and requests refused.
   */
  attempt<Schema extends z.ZodType>(call: Call<Schema>): Promise<z.output<Schema>>
  close(): Promise<void>
}

const largestAnswerBytes = 4 * 1024 * 1024

export function createClient({ url, apiKey, defences }: Options): MarketplaceClient {
  // Until connected, until the head of the answer, and for one attempt in all: a request that is
  // not read and a body that drips are cut off.
  const timeouts = defences.on('marketplace-timeouts')
    ? defences.settings('marketplace-timeouts')
    : undefined
  const quietTime = defences.on('retry-after')
    ? createQuietTime(defences.settings('retry-after').mostMs)
    : noQuietTime
  const pool = new Pool(url, {
    connections: 64,
    maxResponseSize: largestAnswerBytes,
    // 0 is none, which is what being without this defence means.
    connect: { timeout: timeouts?.connectMs ?? 0 },
    headersTimeout: timeouts?.headMs ?? 0,
    bodyTimeout: timeouts?.attemptMs ?? 0,
  })
  return {
    close: () => pool.destroy(),
    attempt: async ({ method, path, answer, body, idempotencyKey }) => {
      const { deadline } = currentContext()
      await quietTime.respect(deadline, askedToWait)
      if (method === 'POST') deadline.beginEffect()
      const call = outward(timeouts?.attemptMs)
      const given = await pool
        .request({
          method,
          path,
          headers: {
            accept: 'application/json',
            'x-api-key': apiKey,
            ...call.headers,
            ...(body && { 'content-type': 'application/json' }),
            ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
          },
          ...(body && { body: JSON.stringify(body) }),
          signal: call.signal,
        })
        .then(async ({ statusCode, headers, body }) => ({
          status: statusCode,
          type: one(headers['content-type']),
          retryAfter: one(headers['retry-after']),
          text: await body.text(),
        }))
        .catch(cause => {
          throw failureOf(cause)
        })
      quietTime.ask(given.retryAfter)
      refuseStatus(given.status)
      return understood(given, answer)
    },
  }
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

function refuseStatus(status: number): void {
  if (status < 400) return
  if (status === 429 || status >= 500) throw new MarketplaceFailure('status', { status })
  if (status === 404) throw notFound('product on the marketplace')
  if (status === 409) {
    throw new Problem({ status: 409, code: 'out-of-stock', title: 'There is not enough of it.' })
  }
  const isOurKey = status === 401 || status === 403
  // Ours to repair: asking again gives the same.
  throw new Problem({
    status: 502,
    code: isOurKey ? 'marketplace-credentials' : 'marketplace-contract',
    title: isOurKey
      ? 'The marketplace does not let us in.'
      : 'The marketplace refused our request.',
    detail: `It answered ${status}.`,
  })
}

function understood<Schema extends z.ZodType>(
  given: { readonly type: string | undefined; readonly text: string },
  schema: Schema,
): z.output<Schema> {
  if (!/^application\/(.+\+)?json\b/.test(given.type ?? '')) {
    throw new MarketplaceFailure('content-type')
  }
  const parsed = schema.safeParse(json(given.text))
  if (!parsed.success) throw new MarketplaceFailure('unexpected-shape', { cause: parsed.error })
  return parsed.data
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new MarketplaceFailure('invalid-json', { cause })
  }
}

function askedToWait(seconds: number): Problem {
  return unavailable('marketplace-busy', 'The marketplace asks to be left alone for a moment.', {
    retryAfterSeconds: seconds,
  })
}
