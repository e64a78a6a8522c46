import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { guard } from './api/guard.ts'
import { parseProxy } from './api/proxy-body.ts'
import { readJson } from './api/read-json.ts'
import type { Answer, Call, Router } from './api/router.ts'
import { routes } from './api/routes.ts'
import { formatAddress, isLoopback } from './base/address.ts'
import { ApiError } from './base/api-error.ts'
import { createServer } from './base/http.ts'
import { seeded } from './base/random.ts'
import { loadRegistry } from './load-registry.ts'
import { Events } from './observe/events.ts'
import { Metrics } from './proxies/metrics.ts'
import { ProxyCollection } from './proxies/proxy-collection.ts'
import type { ProxyRequest } from './proxies/proxy-settings.ts'
import { TimerQueue } from './time/timer-queue.ts'
import { VERSION } from './version.ts'

export interface ServerOptions {
  /** Where the API listens. Anything but loopback needs a token. */
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Of all chance: the same seed gives the same faults. */
  readonly seed: number | string
  /** What every call must then send, as `Authorization: Bearer …`. */
  readonly token?: string | undefined
  /** Content of a config file: a list of proxies. Default none. */
  readonly config?: unknown
  /**
   * The host is that of a container, whose API port is published on loopback alone: no token is asked for.
   * Whoever calls must still name a loopback host. Default false.
   */
  readonly publishedOnLoopback?: boolean
  /** Adds metrics of the process to `/metrics`. Default false. */
  readonly runtimeMetrics?: boolean
}

/** Whoever takes longer to say what it wants is cut off. */
const limits = { headersTimeout: 10_000, requestTimeout: 30_000 }

export interface ProxyServer extends AsyncDisposable {
  readonly url: string
}

/**
 * Starts the API with the proxies of the config. Disposing ends every listener and connection.
 * @throws {ApiError} where the config is wrong, {Error} where the API cannot or must not listen.
 */
export async function startProxyServer(options: ServerOptions): Promise<ProxyServer> {
  const { publishedOnLoopback = false } = options
  if (!isLoopback(options.host) && !publishedOnLoopback && options.token === undefined) {
    throw new Error(
      `expected a loopback host or a token in PROXY_TOKEN, found -host ${options.host}: ` +
        'whoever reaches this API can cut every link',
    )
  }
  const registry = await loadRegistry()
  const timers = new TimerQueue()
  const events = new Events(() => proxies.listenersChanged())
  let connections = 0
  const proxies: ProxyCollection = new ProxyCollection({
    timers,
    events,
    registry,
    random: seeded(options.seed),
    nextConnectionId: () => ++connections,
  })
  const metrics = new Metrics(proxies, { runtime: options.runtimeMetrics ?? false })
  const router = routes({ proxies, registry, events, metrics, version: VERSION })
  for (const request of parseConfig(options.config ?? [], each => parseProxy(each, registry))) {
    await proxies.add(request)
  }

  const http = createServer(limits, (request, response) => {
    void respond(request, response, router, options.token)
  })
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(options.port, options.host, resolve)
  })
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('expected a TCP listener')
  return {
    url: `http://${formatAddress({ host: address.address, port: address.port })}`,
    async [Symbol.asyncDispose]() {
      await proxies.close()
      timers.close()
      http.closeAllConnections()
      await new Promise(resolve => http.close(resolve))
    },
  }
}

function parseConfig(config: unknown, parse: (each: unknown) => ProxyRequest): ProxyRequest[] {
  if (!Array.isArray(config)) throw ApiError.badRequest('config: must be a list of proxies')
  return config.map(parse)
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  router: Router,
  token: string | undefined,
): Promise<void> {
  try {
    const url = URL.parse(`http://proxy${request.url}`)
    const found = url ? router.find(request.method ?? 'GET', url.pathname) : 404
    if (!url || found === 404) throw new ApiError(404, '404 page not found', 'words')
    if (found === 405) return write(response, { status: 405 })
    response.setHeader('x-toxiproxy-request-id', requestId())
    guard(request, token)
    const call: Call = {
      request,
      response,
      url,
      param: name => found.params.get(name) ?? '',
      body: () => readJson(request),
    }
    const answer = await found.handler(call)
    if (answer) write(response, answer)
  } catch (error) {
    const { status, message, form } = asApiError(error)
    const text = form === 'json' ? JSON.stringify({ error: message, status }) : message
    if (response.headersSent) return void response.destroy()
    response.setHeader('x-content-type-options', 'nosniff')
    if (status === 401) response.setHeader('www-authenticate', 'Bearer, Basic realm="proxy"')
    write(response, { status, text: `${text}\n` })
  }
}

/** 96 bits of chance in the form of Toxiproxy's: 20 digits of base 32. */
function requestId(): string {
  return BigInt(`0x${randomBytes(12).toString('hex')}`)
    .toString(32)
    .padStart(20, '0')
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError(500, error instanceof Error ? error.message : String(error))
}

function write(response: ServerResponse, answer: Answer): void {
  const body = answer.json === undefined ? answer.text : JSON.stringify(answer.json)
  const type = answer.json === undefined ? 'text/plain; charset=utf-8' : 'application/json'
  if (body !== undefined) response.setHeader('content-type', answer.type ?? type)
  if (body !== undefined) response.setHeader('content-length', Buffer.byteLength(body))
  response.writeHead(answer.status).end(body)
}
