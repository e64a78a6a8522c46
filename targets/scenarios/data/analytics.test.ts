import { afterAll, expect, describe as plainDescribe } from 'vitest'
import { type Clickhouse, startClickhouse } from '../../clickhouse.ts'
import { clickhouseServer } from '../../runtime/clickhouse-server.ts'
import { missing } from '../../testing/missing.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { eventually, logIn, newPerson, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'

const describe = plainDescribe.skipIf(await missing(clickhouseServer))

let app: Application
let clickhouse: Clickhouse
let counting: Instance
let worker: Instance
/** Ships at once instead of storing first. */
let direct: Instance
let client: Client
let hasty: Client
test.beforeAll(async ({ warm }) => {
  app = await startApplication({ instances: [['api']] }, warm)
  clickhouse = await startClickhouse(app.run)
  const { url, username, password } = clickhouse
  const config = { clickhouse: { url, username, password } }
  counting = await app.startInstance('counting', ['api'], config)
  worker = await app.startInstance('worker', ['worker'], config)
  const off = { ...config, defencesOff: ['analytics-outbox'] }
  direct = await app.startInstance('direct', ['api'], off)
  const person = newPerson()
  client = await signedIn(app, person, counting)
  hasty = await logIn(direct.client(), person)
})
afterAll(() => app[Symbol.asyncDispose]())

/** How many of `count` events were accepted, and how long the slowest took. */
async function send(name: string, count: number, by = client) {
  let [accepted, slowestMs] = [0, 0]
  for (let i = 0; i < count; i++) {
    const began = performance.now()
    const answer = await by.post('/v1/events', { name, properties: { i } })
    slowestMs = Math.max(slowestMs, performance.now() - began)
    if (answer.status === 202) accepted++
  }
  return { accepted, slowestMs }
}

async function countOf(name: string): Promise<number> {
  const { status, body } = await client.get('/v1/analytics/counts')
  return status === 200 ? Number(body[name] ?? 0) : -1
}

const arrived = (name: string, count: number) =>
  eventually(
    () => countOf(name),
    found => found >= count,
    20_000,
  )

/** Until nothing waits to be shipped. */
const crossedOff = () =>
  eventually(
    () => sql<{ n: number }>(app, 'select count(*)::int as n from analytics_outbox'),
    ([left]) => left?.n === 0,
    20_000,
  )

/** Rows as they are stored, copies included. */
async function rowsOf(name: string): Promise<number> {
  const query = `select count() from analytics_events where name = '${name}'`
  const { username, password, url } = clickhouse
  const headers = { 'x-clickhouse-user': username, 'x-clickhouse-key': password }
  const answer = await fetch(`${url}/?query=${encodeURIComponent(query)}`, { headers })
  return Number(await answer.text())
}

describe('DAT-09 events to ClickHouse', () => {
  test('arrive, each once', async () => {
    expect((await send('calm', 30)).accepted).toBe(30)
    expect(await arrived('calm', 30)).toBe(30)
    expect(await client.post('/v1/events', { name: 'Bad Name', properties: {} })).toMatchObject({
      status: 400,
    })
  })

  test('arrive after ClickHouse was killed, and who sent them did not notice', async () => {
    await clickhouse.kill()
    const { accepted, slowestMs } = await send('outage', 30)
    expect(accepted).toBe(30)
    expect(slowestMs).toBeLessThan(1_000)
    expect(await client.get('/v1/analytics/counts')).toMatchObject({
      status: 503,
      body: { code: 'clickhouse-unavailable', outcome: 'not-done' },
    })
    await clickhouse.restart()
    expect(await arrived('outage', 30)).toBe(30)
  })

  test('arrive after ClickHouse was frozen', async () => {
    await clickhouse.pause()
    const { accepted, slowestMs } = await send('frozen', 30)
    await clickhouse.resume()
    expect(accepted).toBe(30)
    expect(slowestMs).toBeLessThan(1_000)
    expect(await arrived('frozen', 30)).toBe(30)
  })

  test('arrive although the worker is killed again and again, and count once', async () => {
    const sending = send('killed', 60)
    for (let i = 0; i < 2; i++) {
      await worker.process.kill()
      await worker.process.restart()
    }
    const { accepted } = await sending
    expect(await arrived('killed', accepted)).toBe(accepted)
  })

  test('count once when they are shipped twice', async () => {
    await send('twice', 5)
    await arrived('twice', 5)
    await crossedOff()
    // As after a worker that died between the answer of ClickHouse and the commit.
    await worker.process.pause()
    await send('twice', 5)
    const copies = await sql<{ id: string }>(
      app,
      "select id, user_id, at, properties from analytics_outbox where name = 'twice'",
    )
    expect(copies).toHaveLength(5)
    const row = copies.map(({ id }) => JSON.stringify({ id, name: 'twice', at: 0 })).join('\n')
    const { username, password, url } = clickhouse
    const insert = encodeURIComponent('insert into analytics_events format JSONEachRow')
    await fetch(`${url}/?query=${insert}`, {
      method: 'POST',
      headers: { 'x-clickhouse-user': username, 'x-clickhouse-key': password },
      body: row,
    })
    expect(await rowsOf('twice')).toBe(10)
    await worker.process.resume()
    await crossedOff()
    expect(await countOf('twice')).toBe(10)
  })

  control('analytics-outbox', 'they are lost with ClickHouse away', async () => {
    await clickhouse.kill()
    const { accepted } = await send('direct', 5, hasty)
    await clickhouse.restart()
    await send('direct', 5, hasty)
    expect(accepted).toBe(5)
    expect(await arrived('direct', 5)).toBe(5)
  })

  control('analytics-outbox', 'a frozen ClickHouse is noticed', async () => {
    await clickhouse.pause()
    const { accepted, slowestMs } = await send('direct-frozen', 1, hasty)
    await clickhouse.resume()
    expect(accepted === 0 || slowestMs > 800).toBe(true)
  })
})
