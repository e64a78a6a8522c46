import { randomUUID } from 'node:crypto'
import { parse } from '../../http/problems.ts'
import type { Identity } from '../../identity/identity.ts'
import type { Http } from '../../kit.ts'
import { unavailable } from '../../problem.ts'
import { type Event, newEvent } from './event.ts'
import type { AnalyticsStore } from './store.ts'

interface Parts {
  readonly identity: Identity
  readonly store: AnalyticsStore
  readonly track: (event: Event) => Promise<void>
}

export function addAnalyticsRoutes(http: Http, { identity, store, track }: Parts): void {
  http.post('/v1/events', async (request, reply) => {
    const { userId } = await identity.caller(request)
    const event = { ...parse(newEvent, request.body), id: randomUUID(), userId, at: new Date() }
    await track(event)
    return reply.code(202).send({ id: event.id })
  })
  http.get('/v1/analytics/counts', async request => {
    await identity.caller(request)
    return store.counts().catch(cause => {
      const title = 'The figures cannot be read at the moment.'
      throw unavailable('clickhouse-unavailable', title, { cause })
    })
  })
}
