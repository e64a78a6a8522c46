import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Link } from '../../../lab/model/capability.ts'
import { type PostgresStandby, startStandby } from '../../postgres-standby.ts'
import { listenAddress } from '../../proxy.ts'
import { withPostgres } from '../../runtime/postgres-server.ts'
import { type ApplicationAt, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { order, product, shopkeeper } from '../orders/shop.ts'
import { eventually, signedIn } from '../person.ts'
import type { OwnPlace } from '../servers.ts'

const timeoutMs = 120_000
/** From the death of the primary to the next order: some seconds, on a machine that does much else many. */
const backWithinMs = 60_000
const config = { defenceSettings: { 'pool-limits': { acquireMs: 8_000 } } }

/** Changes a link, as its proxy's API says. */
async function change({ adminUrl, name }: Link, what: object): Promise<void> {
  const answer = await fetch(`${adminUrl}/proxies/${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(what),
  })
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
}

/** The service with a primary and a standby that follows it over a link. */
async function replicated(app: ApplicationAt<OwnPlace>, synchronous: boolean) {
  const { host, port } = app.postgres
  const following = await app.proxies.link({
    consumer: 'standby',
    provider: 'postgres',
    protocol: 'tcp',
    upstream: { host, port },
  })
  const standby = await startStandby(app.run, app.postgres, {
    synchronous,
    via: listenAddress(following),
    settings: { max_connections: '250' },
  })
  return { following, standby }
}

/** What whoever looks after the database does: the standby takes over, the service is led to it. */
async function failOver(app: ApplicationAt<OwnPlace>, standby: PostgresStandby): Promise<void> {
  await app.postgres.kill()
  await standby.promote()
  const upstream = `${standby.host}:${standby.port}`
  const links = app.proxies.links.filter(
    ({ consumer, provider }) => provider === 'postgres' && consumer !== 'standby',
  )
  for (const link of links) await change(link, { upstream })
}

/** One order for each key; those that were acknowledged. */
async function trade(client: Client, productId: string, keys: readonly string[]) {
  const answers = await Promise.all(
    keys.map(async key => {
      const headers = { 'idempotency-key': key, 'x-deadline-ms': '2000' }
      const items = [{ productId, quantity: 1 }]
      return client.post('/v1/orders', { items }, { headers })
    }),
  )
  for (const { status, body } of answers) {
    if (status !== 201) expect(body).toMatchObject({ status: 503 })
  }
  return answers.filter(({ status }) => status === 201).map(({ body }) => String(body.id))
}

/** The same requests again, until each is acknowledged. */
const allOf = (client: Client, productId: string, keys: readonly string[]) =>
  eventually(
    () => trade(client, productId, keys),
    acknowledged => acknowledged.length === keys.length,
    30_000,
  )

const keys = (count: number) => Array.from({ length: count }, () => randomUUID())

/** Orders before and after the standby lost its primary; which are lost, and what comes of a retry. */
async function lostBy(synchronous: boolean) {
  await using app = await startApplication({ instances: [['api']], config })
  const buyer = await signedIn(app)
  const productId = await product(await shopkeeper(app), { stock: 1_000 })
  const { following, standby } = await replicated(app, synchronous)
  const [early, late] = [keys(5), keys(5)]
  const before = await allOf(buyer, productId, early)
  await eventuallyThere(standby, before)
  await change(following, { enabled: false })
  const after = await trade(buyer, productId, late)
  const diedAt = performance.now()
  await failOver(app, standby)
  const ready = () => order(buyer, [{ productId, quantity: 1 }])
  await eventually(ready, ({ status }) => status === 201, backWithinMs)
  const awayMs = performance.now() - diedAt
  const found = new Set((await buyer.get('/v1/orders?limit=100')).body.orders.map(({ id }) => id))
  const lost = [...before, ...after].filter(id => !found.has(id))
  await allOf(buyer, productId, [...early, ...late])
  const { orders } = (await buyer.get('/v1/orders?limit=100')).body
  return { before, after, lost, awayMs, other: orders.length - early.length - late.length }
}

/** An asynchronous standby has what came before the cut a moment later. */
async function eventuallyThere(standby: PostgresStandby, ids: readonly string[]): Promise<void> {
  const text = 'select from orders_orders where id = any($1)'
  await eventually(
    () => withPostgres(standby.url, client => client.query(text, [ids])),
    ({ rowCount }) => rowCount === ids.length,
    15_000,
  )
}

describe('DAT-07 the primary dies and its standby is promoted', () => {
  test(
    'with synchronous replication nothing acknowledged is lost, nor done twice; orders go on in time',
    async () => {
      const { before, after, lost, other, awayMs } = await lostBy(true)
      expect(before).toHaveLength(5)
      expect(after, 'what the standby cannot confirm is not acknowledged').toEqual([])
      expect(lost).toEqual([])
      expect(awayMs).toBeLessThan(backWithinMs)
      expect(other, 'only the order by which its return was seen').toBe(1)
    },
    timeoutMs,
  )

  test(
    'control: without it what was acknowledged is lost',
    async () => {
      const { before, after, lost } = await lostBy(false)
      expect(before).toHaveLength(5)
      expect(after).not.toEqual([])
      expect(lost).toEqual(after)
    },
    timeoutMs,
  )
})
