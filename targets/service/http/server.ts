import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import Fastify, { type FastifyBaseLogger, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import { type RequestContext, runInContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import type { Http } from '../kit.ts'
import type { Metrics } from '../metrics.ts'
import { deadlineIn, noDeadline, within } from '../resilience/deadline.ts'
import { answerProblems } from './problems.ts'

interface Options {
  readonly role: string
  readonly defences: Defences
  readonly metrics: Metrics
  readonly log: Logger
}

const bodyLimitBytes = 256 * 1024
const slowestRequestMs = 10_000 // a client that dribbles its request is cut off

/** An HTTP server on which every request has an id, a deadline, one error format and metrics. */
export function createHttp({ role, defences, metrics, log }: Options): Http {
  const logger: FastifyBaseLogger = log.child({ role })
  const http = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    requestTimeout: slowestRequestMs,
    genReqId: request => requestId(request.headers['x-request-id']),
  })
  http.register(cookie)
  giveContext(http, defences)
  answerProblems(http)
  observe(http, metrics, role)
  return http
}

/** The caller's id when it is harmless in logs, headers and SQL comments, else a new one. */
export function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,80}$/.test(given) ? given : randomUUID()
}

function giveContext(http: Http, defences: Defences): void {
  const contexts = new WeakMap<FastifyRequest, RequestContext>()
  http.addHook('onRequest', (request, reply, done) => {
    const context = { requestId: request.id, deadline: deadlineOf(request, defences) }
    contexts.set(request, context)
    reply.header('x-request-id', request.id)
    runInContext(context, done)
  })
  // Reading a body leaves the context, because the socket's events began outside of it.
  http.addHook('preValidation', (request, _reply, done) => {
    const context = contexts.get(request)
    if (context) runInContext(context, done)
    else done()
  })
  http.addHook('onResponse', (request, _reply, done) => {
    contexts.get(request)?.deadline[Symbol.dispose]()
    done()
  })
  http.addHook('onRoute', route => {
    const { handler } = route
    route.handler = function (request, reply) {
      const answer = handler.call(this, request, reply)
      const deadline = contexts.get(request)?.deadline ?? noDeadline
      return answer instanceof Promise ? within(deadline, answer) : answer
    }
  })
}

function deadlineOf(request: FastifyRequest, defences: Defences) {
  if (!defences.on('request-deadline')) return noDeadline
  const { defaultMs, marginMs, retryAfterSeconds } = defences.settings('request-deadline')
  const asked = Number(request.headers['x-deadline-ms'])
  const ms = Number.isFinite(asked) && asked > 0 ? Math.min(asked, slowestRequestMs) : defaultMs
  return deadlineIn(Math.max(1, ms - marginMs), retryAfterSeconds)
}

/** Rate, errors and duration of each route. */
function observe(http: Http, metrics: Metrics, role: string): void {
  const seconds = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'From the request head to the end of the answer.',
    labelNames: ['role', 'method', 'route', 'status'],
  })
  http.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    const { method } = request
    const status = reply.statusCode
    const ms = Math.round(reply.elapsedTime)
    seconds.observe({ role, method, route, status }, reply.elapsedTime / 1_000)
    request.log.info({ method, route, status, ms }, 'answered')
    done()
  })
}
