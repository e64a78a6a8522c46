import { randomUUID } from 'node:crypto'
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import Fastify, { type FastifyBaseLogger, type FastifyRequest, LogController } from 'fastify'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { type RequestContext, runInContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import { createClassify } from '../failure.ts'
import type { Http } from '../kit.ts'
import type { Metrics } from '../metrics.ts'
import { Problem } from '../problem.ts'
import { type Deadline, deadlineIn, noDeadline, within } from '../resilience/deadline.ts'
import { type Lag, shedLoad } from './load-shedding.ts'
import { answerBadUrl, answerProblems, answerUnreadable } from './problems.ts'
import { limitRate } from './rate-limit.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Moves bytes for as long as it takes, so it has no deadline. */
    unhurried?: boolean
  }
}

interface Options {
  readonly role: string
  /** Whose `x-forwarded-for` is believed. */
  readonly trustedProxies: readonly string[]
  readonly redis: Redis
  readonly lag: Lag
  readonly defences: Defences
  readonly metrics: Metrics
  readonly log: Logger
}

/** Until a request is received whole: a client that dribbles is cut off, a large upload resumes. */
const slowestRequestMs = 60_000
const longestDeadlineMs = 10_000

/** An HTTP server on which every request has an id, a deadline, one error format and metrics. */
export async function createHttp(options: Options): Promise<Http> {
  const { role, defences, metrics, log, redis, lag, trustedProxies } = options
  const logger: FastifyBaseLogger = log.child({ role })
  const http = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    schemaController: {
      compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas },
    },
    bodyLimit: defences.on('body-limit')
      ? defences.settings('body-limit').maxBytes
      : Number.MAX_SAFE_INTEGER,
    requestTimeout: slowestRequestMs,
    frameworkErrors: answerBadUrl,
    clientErrorHandler: answerUnreadable,
    ...(trustedProxies.length > 0 && { trustProxy: [...trustedProxies] }),
    genReqId: request => requestId(request.headers['x-request-id']),
  })
  // The log knows the request by its context; a child for each would say it a second time.
  http.setChildLoggerFactory(parent => parent)
  // Awaited: a plugin sees only the routes that come after it.
  await http.register(cookie)
  giveContext(http, defences)
  answerProblems(http, createClassify(defences))
  shedLoad(http, defences, lag)
  if (role === 'api') limitRate(http, redis, defences)
  await http.register(compress, { threshold: 1_024, encodings: ['br', 'gzip'] })
  observe(http, metrics, role)
  return http
}

/** Routes parse what they are sent themselves, so the compilers of JSON schemas are not loaded. */
function noSchemas(): never {
  throw new Error('A route has a JSON schema: parse with zod instead.')
}

/** The caller's id when it is harmless in logs, headers and SQL comments, else a new one. */
export function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,80}$/.test(given) ? given : randomUUID()
}

function giveContext(http: Http, defences: Defences): void {
  const contexts = new WeakMap<FastifyRequest, RequestContext>()
  http.addHook('onRequest', (request, reply, done) => {
    const { method, routeOptions } = request
    const route = `${method} ${routeOptions.url ?? ''}`
    const context = { requestId: request.id, deadline: deadlineOf(request, defences), route }
    contexts.set(request, context)
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff')
    const { raw } = reply
    raw.once('close', () => {
      if (!raw.writableFinished) context.deadline.hangUp()
    })
    const tooShort = refusalOfHaste(request, defences)
    runInContext(context, () => done(tooShort))
  })
  // Reading a body leaves the context, because the socket's events began outside of it.
  http.addHook('preValidation', (request, _reply, done) => {
    const context = contexts.get(request)
    if (context) runInContext(context, done)
    else done()
  })
  http.addHook('onResponse', (request, _reply, done) => {
    const context = contexts.get(request)
    context?.deadline[Symbol.dispose]()
    if (context) runInContext(context, done)
    else done()
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

function deadlineOf(request: FastifyRequest, defences: Defences): Deadline {
  if (request.routeOptions.config.unhurried) return noDeadline
  const { defaultMs, marginMs, retryAfterSeconds } = defences.settings('request-deadline')
  const ms = Math.min(askedMs(request) ?? defaultMs, longestDeadlineMs)
  const leftMs = defences.on('request-deadline') ? Math.max(1, ms - marginMs) : Infinity
  return deadlineIn(leftMs, retryAfterSeconds)
}

/** By the header `x-deadline-ms`; what is no time counts as not given. */
function askedMs(request: FastifyRequest): number | undefined {
  const asked = Number(request.headers['x-deadline-ms'])
  return Number.isFinite(asked) && asked > 0 ? asked : undefined
}

/** Who waits less than any answer takes is refused before anybody works for it. */
function refusalOfHaste(request: FastifyRequest, defences: Defences): Problem | undefined {
  const { leastMs } = defences.settings('request-deadline')
  const isTooShort = (askedMs(request) ?? leastMs) < leastMs
  if (!isTooShort || !defences.on('request-deadline')) return undefined
  const title = `x-deadline-ms must be at least ${leastMs}.`
  return new Problem({ status: 400, code: 'deadline-too-short', title })
}

/** Rate, errors and duration of each route. */
function observe(http: Http, metrics: Metrics, role: string): void {
  const seconds = metrics.histogram('http_request_duration_seconds')
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
