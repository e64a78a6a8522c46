import { ApiError } from '../base/api-error.ts'
import type { Registry } from '../contracts/registry.ts'
import type { Events } from '../observe/events.ts'
import type { Metrics } from '../proxies/metrics.ts'
import type { ProxyCollection } from '../proxies/proxy-collection.ts'
import type { TcpProxy } from '../proxies/tcp-proxy.ts'
import { connectionList } from './connection-list.ts'
import { endStream, type OpenStreams, streamEvents } from './event-stream.ts'
import { parseProxy, parseProxyChange } from './proxy-body.ts'
import { type Answer, type Call, Router } from './router.ts'
import { parseToxic, parseToxicChange } from './toxic-body.ts'

export interface ApiContext {
  readonly proxies: ProxyCollection
  readonly registry: Registry
  readonly events: Events
  readonly metrics: Metrics
  readonly version: string
}

const NO_CONTENT: Answer = { status: 204 }
const ok = (json: unknown): Answer => ({ status: 200, json })

/** Toxiproxy's calls, and ours after them. */
export function routes(context: ApiContext): Router {
  const router = new Router()
  proxyRoutes(router, context)
  toxicRoutes(router, context)
  watchRoutes(router, context)
  return router
}

function proxyRoutes(router: Router, context: ApiContext): void {
  const { proxies, registry } = context
  router
    .on('GET /proxies', async () => {
      const all = [...proxies.all]
      for (const proxy of all) await proxy.toxics.measure()
      return ok(Object.fromEntries(all.map(proxy => [proxy.settings.name, proxy])))
    })
    .on('POST /proxies', async call => {
      const proxy = await proxies.add(parseProxy(await call.body(), registry))
      return { status: 201, json: proxy }
    })
    .on('POST /populate', call => populate(call, context))
    .on('GET /proxies/{proxy}', async call => ok(await measured(call, proxies)))
    .on('POST|PATCH /proxies/{proxy}', async call => {
      const proxy = proxies.get(call.param('proxy'))
      const change = parseProxyChange(await call.body(), proxy.settings, registry)
      await proxy.change(change.settings, change.enabled ?? proxy.enabled)
      return ok(proxy)
    })
    .on('DELETE /proxies/{proxy}', async call => {
      await proxies.remove(call.param('proxy'))
      return NO_CONTENT
    })
    .on('POST /reset', async () => {
      await proxies.reset()
      return NO_CONTENT
    })
}

/** The proxy of the path, with what its toxics have touched up to now. */
async function measured(call: Call, proxies: ProxyCollection): Promise<TcpProxy> {
  const proxy = proxies.get(call.param('proxy'))
  await proxy.toxics.measure()
  return proxy
}

/** Unlike every other error, a failed populate is JSON, and tells which proxies it made before. */
async function populate(call: Call, { proxies, registry }: ApiContext): Promise<Answer> {
  const made: TcpProxy[] = []
  try {
    const body = await call.body()
    if (!Array.isArray(body)) throw ApiError.badRequest('must be a list of proxies')
    const requests = body.map((each, i) => parseProxy(each, registry, ` at proxy ${i + 1}`))
    for (const request of requests) made.push(await proxies.addOrReplace(request))
    return { status: 201, json: { proxies: made } }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const { status, message } = error
    return { status, json: { error: message, status, proxies: made } }
  }
}

function toxicRoutes(router: Router, { proxies, registry }: ApiContext): void {
  const path = '/proxies/{proxy}/toxics'
  router
    .on(`GET ${path}`, async call => ok((await measured(call, proxies)).toxics.all))
    .on(`POST ${path}`, async call => {
      const proxy = proxies.get(call.param('proxy'))
      const body = await call.body()
      return ok(await proxy.toxics.add(parseToxic(body, registry, proxy.settings.protocol)))
    })
    .on(`GET ${path}/{toxic}`, async call =>
      ok((await measured(call, proxies)).toxics.get(call.param('toxic'))),
    )
    .on(`POST|PATCH ${path}/{toxic}`, async call => {
      const proxy = proxies.get(call.param('proxy'))
      const toxic = proxy.toxics.get(call.param('toxic'))
      const { protocol } = proxy.settings
      proxy.updateToxic(toxic, parseToxicChange(await call.body(), toxic.settings, protocol))
      return ok(toxic)
    })
    .on(`DELETE ${path}/{toxic}`, async call => {
      const proxy = proxies.get(call.param('proxy'))
      await proxy.toxics.remove([proxy.toxics.get(call.param('toxic'))])
      return NO_CONTENT
    })
    .on(`POST ${path}/{toxic}/heartbeat`, call => {
      const proxy = proxies.get(call.param('proxy'))
      proxy.toxics.heartbeat(proxy.toxics.get(call.param('toxic')))
      return NO_CONTENT
    })
    .on('POST /heartbeat', () => {
      for (const proxy of proxies.all)
        for (const toxic of proxy.toxics.all) proxy.toxics.heartbeat(toxic)
      return NO_CONTENT
    })
}

function watchRoutes(router: Router, { proxies, events, metrics, version }: ApiContext): void {
  const streams: OpenStreams = new Map()
  router
    .on('GET /version', () => ({
      status: 200,
      text: `{"version": "${version}"}\n`,
      type: 'application/json;charset=utf-8',
    }))
    .on('GET /clock', () => ok({ nowMs: performance.now() }))
    .on('GET /connections', () => ok(connectionList(proxies)))
    .on('GET /events', call => streamEvents(call, proxies, events, streams))
    .on('DELETE /events', call => {
      endStream(call, streams)
      return NO_CONTENT
    })
    .on('GET /metrics', async () => {
      for (const proxy of proxies.all) await proxy.toxics.measure()
      return { status: 200, text: await metrics.text(), type: metrics.contentType }
    })
}
