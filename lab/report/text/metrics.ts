import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LabError } from '../../base/errors.ts'
import type { Entry } from '../../journal/journal.ts'
import type { Conclusion } from '../../verdict/conclusion.ts'
import { RunMetrics } from './run-metrics.ts'

/** Prometheus metrics of a run, while it runs. */
export interface MetricsServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/metrics` */
  readonly url: string
  onEntry(entry: Entry): void
  finish(conclusion: Conclusion): void
}

/**
 * Serves `/metrics` on loopback; port 0 takes a free one.
 * @throws {LabError} `port-in-use`
 */
export async function serveMetrics(options: { readonly port: number }): Promise<MetricsServer> {
  const metrics = new RunMetrics()
  const server = createServer(async (request, response) => {
    if (!isLocal(request.headers.host)) return void response.writeHead(403).end('foreign host\n')
    if (request.url !== '/metrics') return void response.writeHead(404).end('see /metrics\n')
    const text = await metrics.text()
    response.writeHead(200, { 'content-type': metrics.contentType }).end(text)
  })
  const port = await listen(server, options.port)
  return {
    url: `http://127.0.0.1:${port}/metrics`,
    onEntry: entry => metrics.take(entry),
    finish: conclusion => metrics.conclude(conclusion),
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
