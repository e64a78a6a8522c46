import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { messageOf } from '../../lab/base/errors.ts'
import type { Linked } from '../../lab/model/capability.ts'
import { attachedMeters } from '../external/attached-meters.ts'
import type { AttachedSystem } from '../external/attached-system.ts'
import { noAdmin } from '../external/no-admin.ts'
import { adminServer } from '../peers/admin.ts'
import { FaultBoard } from '../peers/fault-board.ts'
import { type HttpFault, type HttpFaultRequest, httpFault } from '../peers/http-fault.ts'
import { misbehave } from '../peers/misbehave.ts'
import { PeerAdmin } from '../peers/peer-admin.ts'
import { Problem } from '../peers/problem.ts'
import { type DescribedUpstream, openApiRoutes } from './openapi-routes.ts'
import type { PartPlan, Setting, StartedPart } from './part-plan.ts'
import { reachOf } from './reach.ts'

/** What somebody else's server is asked. */
export interface UpstreamRequest {
  readonly method: string
  /** With the query: `/charges/7?expand=true`. */
  readonly path: string
  /** Of the route: `{ id: '7' }` for `/charges/:id`. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Parsed where it is JSON. */
  readonly body: unknown
}

export interface UpstreamAnswer {
  /** Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, unless it is a text. */
  readonly body?: unknown
}

export type UpstreamHandler = (request: UpstreamRequest) => UpstreamAnswer | Promise<UpstreamAnswer>

/** Handlers by route, `POST /charges`, `GET /charges/:id`; or one for whatever is asked. */
export type UpstreamRoutes = UpstreamHandler | Readonly<Record<string, UpstreamHandler>>

/** A server of others: hurt on its links, or told to misbehave (`misbehave`). */
export interface UpstreamPart extends Linked {
  readonly admin: PeerAdmin<HttpFaultRequest>
}

const loopback = { host: '127.0.0.1', port: 0 }

/**
 * A server of others that the service calls, played by handlers, or from its OpenAPI description: a
 * real HTTP server of the lab's own process. For what it is to remember use what the handlers close over.
 */
export function upstream(played: UpstreamRoutes | DescribedUpstream): PartPlan<UpstreamPart> {
  return {
    kind: 'upstream',
    start: async setting => {
      const { attached } = setting.context
      if (attached) return standing(setting, attached)
      const { name, wires, cwd } = setting
      const board = new FaultBoard<HttpFault>()
      const routes = isDescribed(played) ? await openApiRoutes(played, cwd) : played
      const app = await answering(routes, board)
      const token = randomBytes(16).toString('hex')
      const control = adminServer(token, board, httpFault)
      const url = await app.listen(loopback)
      const admin = new PeerAdmin<HttpFaultRequest>(await control.listen(loopback), token)
      const part = { name, links: wires.to(name), admin }
      const direct = reachOf(url)
      return {
        pick: () => part,
        direct,
        reachBy: async consumer => {
          const path = { consumer, provider: name, protocol: 'http' } as const
          const { host, port } = direct
          const at = await wires.address({ ...path, upstream: { host, port } })
          return reachOf(`http://${at.host}:${at.port}`)
        },
        meters: [],
        description: 'played by the lab',
        [Symbol.asyncDispose]: async () => {
          await Promise.all([app.close(), control.close()])
        },
      }
    },
  }
}

/** Its own server, which runs already: reached by its links, and not to be told to misbehave. */
function standing({ name, wires }: Setting, attached: AttachedSystem): StartedPart<UpstreamPart> {
  const direct = reachOf(attached.urlOf(name))
  const links = wires.to(name)
  return {
    pick: () => ({
      name,
      links,
      get admin() {
        return noAdmin(attached, name)
      },
    }),
    direct,
    reachBy: async consumer => {
      const { host, port } = direct
      const path = { consumer, provider: name, protocol: 'http' } as const
      const at = await wires.address({ ...path, upstream: { host, port } })
      return reachOf(`http://${at.host}:${at.port}`)
    },
    meters: attachedMeters(attached, name),
    description: 'runs already',
    [Symbol.asyncDispose]: async () => {},
  }
}

function isDescribed(played: UpstreamRoutes | DescribedUpstream): played is DescribedUpstream {
  return typeof played === 'object' && typeof played.openapi === 'string'
}

async function answering(
  routes: UpstreamRoutes,
  board: FaultBoard<HttpFault>,
): Promise<FastifyInstance> {
  // Whoever only names the parts of a system loads no server.
  const { default: fastify } = await import('fastify')
  const app = fastify({ forceCloseConnections: true })
  app.setErrorHandler((error, _request, reply) => {
    // A fault that it was told to have is no failure of the handler's.
    const problem = error instanceof Problem ? error : undefined
    const said = { title: problem?.title ?? 'the handler failed', detail: messageOf(error) }
    return reply
      .code(problem?.status ?? 500)
      .type('application/problem+json')
      .send(said)
  })
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  misbehave(app, route => board.take(route))
  const all = typeof routes === 'function' ? { '* *': routes } : routes
  for (const [route, handler] of Object.entries(all)) {
    const [method = '', url = ''] = route.split(' ')
    app.route({
      method: method === '*' ? ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] : method,
      url,
      handler: async (request, reply) => {
        const { params, query, headers, body } = request
        const answer = await handler({
          ...{ method: request.method, path: request.url, headers, body },
          params: textsOf(params),
          query: { ...Object(query) },
        })
        reply.code(answer.status ?? 200).headers(answer.headers ?? {})
        return reply.send(answer.body)
      },
    })
  }
  return app
}

function textsOf(params: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(Object(params)).map(([key, value]) => [key, `${value}`]))
}
