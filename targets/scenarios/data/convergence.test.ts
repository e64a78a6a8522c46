import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, expect, describe as plainDescribe } from 'vitest'
import { type Clickhouse, startClickhouse } from '../../clickhouse.ts'
import { clickhouseServer } from '../../runtime/clickhouse-server.ts'
import { missing } from '../../testing/missing.ts'
import { type ApplicationAt, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { Gate } from '../gate.ts'
import type { Instance } from '../instance.ts'
import { order, product, shopkeeper } from '../orders/shop.ts'
import { eventually, signedIn, sql } from '../person.ts'
import type { OwnPlace } from '../servers.ts'
import { test } from '../warm.ts'

const timeoutMs = 90_000

const describe = plainDescribe.skipIf(await missing(clickhouseServer))

let app: ApplicationAt<OwnPlace>
let clickhouse: Clickhouse
let counted: object
let worker: Instance
let keeper: Client
let buyer: Client
let redis: Redis
test.beforeAll(async ({ ownPostgres }) => {
  const defenceSettings = { 'pool-limits': { acquireMs: 8_000 } }
  app = await startApplication({ instances: [['api']], config: { defenceSettings } }, ownPostgres)
  clickhouse = await startClickhouse(app.run)
  const { url, username, password } = clickhouse
  counted = { clickhouse: { url, username, password } }
  const api = await app.startInstance('counted', ['api'], counted)
  worker = await app.startInstance('worker', ['worker'], counted)
  keeper = at(api, await shopkeeper(app))
  buyer = at(api, await signedIn(app))
  redis = new Redis(app.redis.port, app.redis.host)
  redis.on('error', () => {})
})
afterAll(async () => {
  redis?.disconnect()
  await app?.[Symbol.asyncDispose]()
})

const at = (instance: Instance, { token }: Client): Client =>
  Object.assign(instance.client(), { token })

/** Orders of which every second is cancelled; those that were acknowledged. */
async function trade(by: Client, count = 8): Promise<readonly string[]> {
  const productId = await product(keeper, { stock: 1_000 })
  const placed: string[] = []
  for (let i = 0; i < count; i++) {
    const { status, body } = await order(by, [{ productId, quantity: 1 }])
    if (status !== 201) continue
    placed.push(body.id)
    if (i % 2) await by.post(`/v1/orders/${body.id}/cancel`)
  }
  return placed
}

/** What each of the three says these orders are in. */
async function statuses(ids: readonly string[]) {
  const text = 'select id, status from orders_orders where id = any($1)'
  const rows = await sql<{ id: string; status: string }>(app, text, [ids])
  const truth = new Map(rows.map(({ id, status }) => [id, status]))
  const board = await Promise.all(ids.map(id => redis.hget(`orders:board:${id}`, 'status')))
  const figures = await inClickhouse()
  return {
    truth: ids.map(id => truth.get(id) ?? null),
    board,
    figures: ids.map(id => figures.get(id) ?? null),
  }
}

async function inClickhouse(): Promise<ReadonlyMap<string, string>> {
  const query = `select order_id, argMax(status, seq) as status from orders_statuses
    group by order_id format JSONEachRow`
  const { username, password, url } = clickhouse
  const headers = { 'x-clickhouse-user': username, 'x-clickhouse-key': password }
  const answer = await fetch(`${url}/?query=${encodeURIComponent(query)}`, { headers })
  const lines = (await answer.text()).split('\n').filter(line => line.startsWith('{'))
  return new Map(lines.map(line => [JSON.parse(line).order_id, JSON.parse(line).status]))
}

const agrees = ({ truth, board, figures }: Awaited<ReturnType<typeof statuses>>) =>
  truth.every((status, index) => status === board[index] && status === figures[index])

const converged = (ids: readonly string[]) => eventually(() => statuses(ids), agrees, 30_000)

describe('DAT-10 a change of an order, in PostgreSQL, Redis and ClickHouse', () => {
  const restarted = (part: { kill(): Promise<void>; restart(): Promise<void> }) => async () => {
    const before = await trade(buyer, 3)
    await part.kill()
    const during = await trade(buyer, 4).catch(() => [])
    await part.restart()
    return [...before, ...during, ...(await trade(buyer, 3))]
  }
  const weathers: readonly (readonly [string, () => Promise<readonly string[]>])[] = [
    ['in calm weather', () => trade(buyer)],
    ['while Redis is away', () => restarted(app.redis)()],
    ['while ClickHouse is away', () => restarted(clickhouse)()],
    ['while the worker is dead', () => restarted(worker.process)()],
  ]

  test.each(weathers)(
    'converges %s',
    async (_weather, happened) => {
      const placed = await happened()
      expect(placed.length).toBeGreaterThan(3)
      const { truth } = await converged(placed)
      expect(new Set(truth)).toEqual(new Set(['pending-payment', 'cancelled']))
    },
    timeoutMs,
  )

  test(
    'converges after Postgres was killed in mid-trade',
    async () => {
      const trading = trade(buyer, 12).catch(() => [])
      await app.postgres.kill()
      await app.postgres.restart()
      await trading
      const placed = await eventually(
        () => trade(buyer, 4).catch(() => []),
        ids => ids.length === 4,
      )
      await converged(placed)
      const all = await sql<{ id: string }>(app, 'select id from orders_orders')
      await converged(all.map(({ id }) => id))
    },
    timeoutMs,
  )

  test(
    'is read by its buyer, and counted for who may see all',
    async () => {
      const [id = ''] = await trade(buyer, 1)
      await converged([id])
      expect((await buyer.get(`/v1/orders/${id}/status`)).body).toEqual({
        id,
        status: 'pending-payment',
      })
      const stranger = at(app.instances[0], await signedIn(app))
      expect((await stranger.get(`/v1/orders/${id}/status`)).status).toBe(404)
      const { perStatus } = (await keeper.get('/v1/orders/figures')).body
      const [{ n } = { n: 0 }] = await sql<{ n: number }>(
        app,
        "select count(*)::int as n from orders_orders where status = 'cancelled'",
      )
      expect(perStatus).toContainEqual(expect.objectContaining({ status: 'cancelled', orders: n }))
      expect((await buyer.get('/v1/orders/figures')).status).toBe(403)
    },
    timeoutMs,
  )

  /** Orders that a copy knows and Postgres does not, after who placed one dies before its commit. */
  async function inventedBy(more: object): Promise<number> {
    const place = { table: 'orders_orders', when: 'true', at: 'commit' } as const
    const gate = await Gate.close(app, place)
    const defenceSettings = { 'pool-limits': { acquireMs: 8_000, statementMs: 60_000 } }
    const name = `doomed-${randomUUID().slice(0, 8)}`
    const doomed = await app.startInstance(name, ['api'], { ...counted, defenceSettings, ...more })
    const dying = trade(at(doomed, buyer), 1).catch(() => [])
    await gate.reached()
    await gate.kill(doomed)
    await dying
    await gate[Symbol.asyncDispose]()
    await converged(await trade(buyer, 1)) // whatever else was to be told is told by then
    const keys = await redis.keys('orders:board:*')
    const known = new Set([
      ...keys.map(key => key.slice('orders:board:'.length)),
      ...(await inClickhouse()).keys(),
    ])
    const rows = await sql<{ id: string }>(app, 'select id from orders_orders')
    for (const { id } of rows) known.delete(id)
    return known.size
  }

  test(
    'tells of nothing whose maker dies before the commit',
    async () => {
      expect(await inventedBy({})).toBe(0)
    },
    timeoutMs,
  )

  control(
    'transactional-outbox',
    'who dies before the commit has told of an order that does not exist',
    async off => {
      expect(await inventedBy(off)).toBe(1)
    },
    timeoutMs,
  )

  control(
    'transactional-outbox',
    'a copy that was away never hears of what was acknowledged',
    async off => {
      const careless = await app.startInstance('careless', ['api'], { ...counted, ...off })
      const by = at(careless, buyer)
      await app.redis.kill()
      const placed = await trade(by, 2)
      await app.redis.restart()
      expect(placed).not.toEqual([])
      await converged(await trade(buyer, 1))
      const { truth, board } = await statuses(placed)
      expect(truth).not.toContain(null)
      expect(board).toEqual(placed.map(() => null))
    },
    timeoutMs,
  )
})
