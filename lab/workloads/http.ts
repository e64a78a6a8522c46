import type { IncomingHttpHeaders } from 'node:http'
import { type Dispatcher, errors, Pool } from 'undici'
import type { Json } from '../base/json.ts'
import type { Outcome } from '../journal/journal.ts'

export interface HttpRequest {
  /** Absolute, `http://…`. */
  readonly url: string
  /** Default `GET`. */
  readonly method?: Dispatcher.HttpMethod
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON; none where undefined. */
  readonly body?: Json
  /** Sent as `Idempotency-Key`: the same operation, asked for again, is to be done once. */
  readonly idempotencyKey?: string
  /** Of the client's patience, as `perform` is given it. */
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly request: HttpRequest
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** The clients' side of HTTP: for each origin a bounded pool of connections that are kept alive. */
export interface HttpClient extends AsyncDisposable {
  /**
   * Asks, and tells what the answer means by `outcomeOf`. No answer is an outcome too: `gave-up`;
   * `fail` and `cut` where no connection came about, so that nothing was sent; else `info` and `cut`.
   * @throws what is the lab's own error: a wrong URL, or what `outcomeOf` throws.
   */
  ask(request: HttpRequest, outcomeOf: (answer: HttpAnswer) => Outcome): Promise<Outcome>
}

export interface HttpClientOptions {
  /**
   * Connections for each origin at most, opened when needed. Give it the workload's `maxInFlight`:
   * with fewer, requests wait for a connection in the lab, and their latency has that wait in it.
   */
  readonly connections: number
}

/** No redirect is followed, nothing is sent twice, and nothing is timed out but by the signal. */
export function httpClient({ connections }: HttpClientOptions): HttpClient {
  const pools = new Map<string, Pool>()
  const poolOf = (origin: string) => {
    const known = pools.get(origin)
    if (known) return known
    const pool = new Pool(origin, { connections, headersTimeout: 0, bodyTimeout: 0 })
    pools.set(origin, pool)
    return pool
  }
  return {
    ask: async (request, outcomeOf) => {
      const { origin, path } = split(request.url)
      const answer = await send(poolOf(origin), path, request).catch((error: unknown) =>
        outcomeOfError(error, request.signal),
      )
      return 'kind' in answer ? answer : outcomeOf(answer)
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...pools.values()].map(pool => pool.destroy()))
    },
  }
}

/** Cheaper than a `URL` for each of many requests. */
function split(url: string): { readonly origin: string; readonly path: string } {
  const end = url.indexOf('/', url.indexOf('//') + 2)
  return end < 0 ? { origin: url, path: '/' } : { origin: url.slice(0, end), path: url.slice(end) }
}

/** By events: the streams and copies of undici's `request` cost more than the rest of a request. */
function send(pool: Pool, path: string, request: HttpRequest): Promise<HttpAnswer> {
  const { method = 'GET', body, signal } = request
  const chunks: Buffer[] = []
  let status = 0
  let headers: IncomingHttpHeaders = {}
  return new Promise((resolve, reject) => {
    pool.dispatch(
      {
        path,
        method,
        headers: headersOf(request),
        body: body === undefined ? null : JSON.stringify(body),
      },
      {
        onRequestStart: controller => {
          const abort = () => controller.abort(new errors.RequestAbortedError())
          if (signal.aborted) abort()
          else signal.addEventListener('abort', abort, { once: true })
        },
        onResponseStart: (_controller, found, told) => {
          status = found
          headers = told
        },
        onResponseData: (_controller, chunk) => {
          chunks.push(chunk)
        },
        onResponseEnd: () => {
          resolve({ request, status, headers, text: Buffer.concat(chunks).toString() })
        },
        onResponseError: (_controller, error) => reject(error),
      },
    )
  })
}

function headersOf({ headers, body, idempotencyKey }: HttpRequest): Record<string, string> {
  return {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    ...headers,
  }
}

/** Errors of ours: asking again with the same would fail again. */
const own = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_DESTROYED'])

function outcomeOfError(error: unknown, signal: AbortSignal): Outcome {
  if (signal.aborted) return { kind: 'info', ended: 'gave-up', error: 'no answer' }
  if (!(error instanceof Error)) throw error
  if (error instanceof errors.HTTPParserError) {
    return { kind: 'info', ended: 'untyped', error: `no HTTP: ${error.message}` }
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code === undefined || own.has(code)) throw error
  const message = `connection: ${error.message || code}`
  const kind = nothingSent(error, code) ? 'fail' : 'info'
  return { kind, ended: 'cut', code, error: message }
}

function nothingSent(error: Error, code: string): boolean {
  const syscall = 'syscall' in error ? error.syscall : undefined
  const never = code === 'ECONNREFUSED' || code === 'UND_ERR_CONNECT_TIMEOUT'
  return never || syscall === 'connect' || syscall === 'getaddrinfo'
}
