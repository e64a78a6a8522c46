import { createServer } from 'node:http'
import { Redis } from 'ioredis'
import pg from 'pg'
import { describe, expect } from 'vitest'
import { once, recordWrites, test, times } from './vitest.ts'

const within = { timeout: 300_000 }

test(
  'an acknowledgement of a COMMIT is lost, once, and the row is there',
  within,
  async ({ lab }) => {
    const db = await lab.postgres()
    await using client = await connect(db.url)
    await client.query('create table orders (id text primary key)')
    await using lost = await db.link.loseAcknowledgement({ statement: 'COMMIT', hits: once() })
    const writes = recordWrites()
    const order = async (id: string) => {
      await using person = await connect(db.url)
      await person.query('begin')
      await person.query('insert into orders values ($1)', [id])
      await person.query('commit')
    }
    expect(await writes.attempt('a', () => order('a'))).toBe('info')
    expect(await writes.attempt('b', () => order('b'))).toBe('ok')
    await expect(lost).toHaveLanded()
    await expect(lost).not.toHaveLanded(2)
    await using real = await connect(db.server.url)
    const rows = async (id: string) =>
      (await real.query('select id from orders where id = $1', [id])).rows
    await expect(writes).toLoseNoWrites(rows)
    await real.query("delete from orders where id = 'b'")
    await expect(writes).not.toLoseNoWrites(rows)
  },
)

test('a Postgres is hurt in itself, and each of its users apart', within, async ({ lab }) => {
  const db = await lab.postgres()
  const worker = await db.linkFor('worker')
  await using app = await connect(db.url)
  await using _down = await worker.down().then(fault => fault.mayTouchNothing())
  await expect(connect(worker.url)).rejects.toThrow()
  {
    await using full = await db.server.slotsUsedUp()
    await expect(connect(db.url)).rejects.toThrow()
    await full.untilLanded()
  }
  expect((await app.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('a Redis answers late, is paused, and forgets', within, async ({ lab }) => {
  const redis = await lab.redis()
  const client = new Redis(redis.url)
  client.on('error', () => {})
  try {
    await client.set('k', 'v')
    {
      await using late = await redis.link.delayReply('300ms', { command: 'GET', hits: times(1) })
      const began = performance.now()
      await client.get('k')
      expect(performance.now() - began).toBeGreaterThan(290)
      await expect(late).toHaveLanded(1)
    }
    await redis.server.flushAll()
    expect(await client.get('k')).toBeNull()
  } finally {
    client.disconnect()
  }
})

describe('a server of one’s own', () => {
  test('by HTTP: a request is done twice, and an answer is not', within, async ({ lab }) => {
    let asked = 0
    await using server = await serve(() => ++asked)
    const api = await lab.http(`http://127.0.0.1:${server.port}/api`)
    await using _twice = await api.link.doubleRequest({ hits: once() })
    expect(await (await fetch(api.url)).text()).toBe('1')
    await expect.poll(() => asked).toBe(2)
    await using refused = await api.link.httpError(503, { hits: once() })
    expect([(await fetch(api.url)).status, (await fetch(api.url)).status]).toEqual([503, 200])
    await refused.untilLanded()
  })

  test('started by Testcontainers, or by its address', within, async ({ lab }) => {
    await using server = await serve(() => 1)
    const container = { getHost: () => '127.0.0.1', getMappedPort: () => server.port }
    const http = await lab.proxied(container, 8080)
    const wire = await lab.proxied('127.0.0.1', server.port)
    for (const link of [http, wire]) {
      await using late = await link.latency('50ms')
      await fetch(`http://${link.host}:${link.port}`)
      await expect(late).toHaveLanded()
    }
    await using _error = await http.httpError(500)
    expect((await fetch(`http://${http.host}:${http.port}`)).status).toBe(500)
    // @ts-expect-error: nobody knows what it speaks.
    expect(wire.httpError).toBeUndefined()
  })
})

async function connect(url: string) {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

async function serve(answer: () => number) {
  const server = createServer((_, response) => response.end(`${answer()}`))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const close = async () => {
    server.closeAllConnections()
    server.close()
  }
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return { port, [Symbol.asyncDispose]: close }
}
