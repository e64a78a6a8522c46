import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seeded } from '../../lab/base/random.ts'
import { noLostWrites } from '../../lab/checkers/effects/no-lost-writes.ts'
import { journalOf, type Told } from '../../lab/checkers/shared/journal-of.ts'
import { firstFinalOp, type Outcome } from '../../lab/journal/journal.ts'
import type { Operation, WorkloadClients } from '../../lab/model/workload.ts'
import { listen } from '../../lab/testing/loopback.ts'
import type { WithServices } from '../../lab/workloads/endpoints.ts'
import { type HttpTrafficOptions, httpTraffic } from '../../lab/workloads/http-traffic.ts'
import { contextOf } from '../testing/context-of.ts'
import { type TestRun, testRun } from '../testing/test-run.ts'

let run: TestRun
beforeAll(async () => {
  run = await testRun()
})
afterAll(() => run[Symbol.asyncDispose]())

type Answer = { readonly status?: number; readonly body: unknown }
type Service = (request: IncomingMessage, body: string) => Answer

const options: HttpTrafficOptions = {
  perSecond: 1,
  request: (random, number) => {
    const id = `order-${number}-${random.integer(0, 99)}`
    return { path: '/orders', key: id, body: { id, quantity: 2 } }
  },
  readBack: id => ({ path: `/orders/${id}` }),
}

/** Twenty writes to a service, the final reads, and what the check says of both. */
async function judged(service: Service, more: Partial<HttpTrafficOptions> = {}) {
  const server = createServer(async (request, response) => {
    const { status = 200, body } = service(request, await text(request))
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const http = `http://127.0.0.1:${await listen(server)}`
  const system: WithServices = {
    links: [],
    endpointsOf: () => [{ name: 'api-1', http, websocket: '' }],
    describe: () => ({}),
    [Symbol.asyncDispose]: async () => {},
  }
  const traffic = httpTraffic({ ...options, ...more })
  await using clients = await traffic.open(system, contextOf(run))
  const operations = traffic.operations(seeded(1))
  const writes = Array.from({ length: 20 }, (): Operation => operations.next().value)
  const written = await told(clients, writes, 0)
  const reads = [...(traffic.finale?.(journalOf(written)) ?? [])]
  const all = journalOf([...written, ...(await told(clients, reads, firstFinalOp))])
  server.closeAllConnections()
  server.close()
  return { finding: noLostWrites(traffic).check(all), reads, written }
}

async function told(clients: WorkloadClients, operations: readonly Operation[], from: number) {
  const { signal } = new AbortController()
  const both = operations.map(async (operation, index): Promise<readonly Told[]> => {
    const outcome: Outcome = await clients.perform(operation, 0, signal)
    const own = { workload: 'http', op: from + index, client: 0, f: operation.f }
    const atMs = from === 0 ? index : 1_000 + index
    return [
      { kind: 'invoke', ...own, ...operation, intendedMs: atMs, atMs },
      { kind: 'complete', ...own, outcome, latencyMs: 1, atMs },
    ]
  })
  return (await Promise.all(both)).flat()
}

/** Keeps what it is sent, as it says. */
function store(): Service {
  const kept = new Map<string, string>()
  return ({ method, url = '' }, body) => {
    if (method === 'GET') {
      const found = kept.get(url.slice('/orders/'.length))
      return found ? { body: JSON.parse(found) } : { status: 404, body: { error: 'none' } }
    }
    kept.set(JSON.parse(body).id, body)
    return { status: 201, body: { id: 'of its own' } }
  }
}

test('what a service keeps is found, and what nobody wrote is not', async () => {
  const { finding, reads } = await judged(store())
  expect(finding).toMatchObject({ word: 'valid', figures: { acknowledged: 20, phantom: 0 } })
  expect(reads).toHaveLength(23)
})

test.each<readonly [string, Service, string]>([
  ['answers 200 to everything, and stores nothing', () => ({ body: { ok: true } }), 'phantom'],
  ['echoes what it is asked for', ({ url }) => ({ body: { url } }), 'phantom'],
  [
    'confirms, and stores nothing',
    ({ method }) => (method === 'GET' ? { status: 404, body: {} } : { status: 201, body: {} }),
    'lost',
  ],
])('a service that %s is found', async (_, service, kind) => {
  const { finding } = await judged(service)
  expect(finding).toMatchObject({ word: 'invalid' })
  expect(finding.figures[kind]).toBeGreaterThan(0)
})

test('a service that stores something else, or twice, is found', async () => {
  const [honest, other] = [store(), store()]
  const changing: Service = (request, body) => honest(request, body.replace(':2', ':3'))
  const doubling: Service = (request, body) => {
    const answer = other(request, body)
    return request.method === 'GET' && answer.status === undefined
      ? { body: [answer.body, answer.body] }
      : answer
  }
  expect((await judged(changing)).finding.figures.changed).toBe(20)
  expect((await judged(doubling)).finding.figures.doubled).toBe(20)
})

test('an answer may be read in a way of its own', async () => {
  const kept = store()
  const wrapping: Service = (request, body) => {
    const { status, body: said } = kept(request, body)
    if (request.method !== 'GET') return { body: said }
    return { body: { result: status === undefined ? [said] : [] } }
  }
  const found: HttpTrafficOptions['found'] = (body, sent) =>
    JSON.stringify(body).includes('quantity') ? (sent ?? 'something') : null
  expect((await judged(wrapping, { found })).finding.word).toBe('valid')
  const outcome: HttpTrafficOptions['outcome'] = () => ({
    ...{ kind: 'fail', ended: 'refused', error: 'always' },
  })
  expect((await judged(wrapping, { outcome })).finding.word).toBe('unknown')
})

test('a read under a key promises nothing, and shows what it found', async () => {
  const { finding, written } = await judged(store(), {
    request: (_, number) => {
      const id = `order-${number >> 1}`
      const path = `/orders/${id}`
      return number % 2 ? { path, key: id } : { path, key: id, body: { id, quantity: 2 } }
    },
  })
  expect(finding).toMatchObject({ word: 'valid', figures: { acknowledged: 10, changed: 0 } })
  const found = written.filter(one => one.kind === 'complete' && one.f === 'read')
  expect(found).toHaveLength(10)
  expect(found[0]).toMatchObject({ outcome: { kind: 'ok', value: { quantity: 2 } } })
})

test('an answer that is no list shows nothing of how often, and the story says so', async () => {
  const single = store()
  const listing: Service = (request, body) => {
    const answer = single(request, body)
    return request.method === 'GET' && answer.status === undefined
      ? { body: [answer.body] }
      : answer
  }
  expect((await judged(store())).finding.story).toMatch(/whether once, no answer shows/)
  expect((await judged(listing)).finding.story).toMatch(/found, once and unchanged/)
})
