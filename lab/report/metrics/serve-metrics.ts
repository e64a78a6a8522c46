import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '../../base/clock.ts'
import { LabError } from '../../base/errors.ts'
import type { Entry } from '../../journal/journal.ts'
import type { Conclusion } from '../../verdict/conclusion.ts'
import { RunMetrics } from './run-metrics.ts'
import { Scrapes } from './scrapes.ts'

/** Prometheus metrics of a run, while it runs. */
export interface MetricsServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/metrics` */
  readonly url: string
  onEntry(entry: Entry): void
  finish(conclusion: Conclusion): void
  /**
   * To be awaited after `finish`: until two scrapes have taken the last samples and one more the
   * verdict's fall to 0. Ends at once where nobody scraped, and soon where they cease to.
   */
  seen(signal?: AbortSignal): Promise<void>
}

/**
 * Serves `/metrics` on loopback; port 0 takes a free one.
 * @throws {LabError} `port-in-use`
 */
export async function serveMetrics(options: {
  readonly port: number
  readonly clock?: Clock
}): Promise<MetricsServer> {
  const clock = options.clock ?? systemClock
  const metrics = new RunMetrics(clock)
  const scrapes = new Scrapes(clock)
  const server = createServer(async (request, response) => {
    if (!isLocal(request.headers.host)) return void response.writeHead(403).end('foreign host\n')
    if (request.url !== '/metrics') return void response.writeHead(404).end('see /metrics\n')
    const { registry } = metrics
    const text = await registry.metrics()
    response.writeHead(200, { 'content-type': registry.contentType }).end(text)
    scrapes.took()
  })
  const port = await listen(server, options.port)
  return {
    url: `http://127.0.0.1:${port}/metrics`,
    onEntry: entry => metrics.take(entry),
    finish: conclusion => metrics.conclude(conclusion),
    seen: async signal => {
      await scrapes.more(2, signal)
      metrics.fallBack()
      await scrapes.more(1, signal)
    },
    [Symbol.asyncDispose]: () => close(server),
  }
}

/**
 * A page in a browser may reach loopback through a name of its own: only local names are answered.
 */
function isLocal(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? '')
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', cause => reject(unavailable(port, cause)))
    server.listen(port, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function unavailable(port: number, cause: Error): LabError {
  return new LabError({
    code: 'port-in-use',
    expected: `to serve metrics on 127.0.0.1:${port}`,
    found: cause.message,
    why: 'Prometheus would scrape something else and believe it.',
    next: 'Choose another port, or 0 for a free one: --metrics-port 0',
    cause,
  })
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
