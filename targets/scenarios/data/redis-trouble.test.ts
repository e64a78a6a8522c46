import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, describe, expect } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { figure } from '../figure.ts'
import { faultOn } from '../link-fault.ts'
import { order, product, shopkeeper } from '../orders/shop.ts'
import { patience } from '../patience.ts'
import { at, eventually } from '../person.ts'
import { ChatClient } from '../realtime/chat-client.ts'
import { test } from '../warm.ts'

const timeoutMs = 60_000
const keepMs = 3_000

let app: Application
let keeper: Client
test.beforeAll(async ({ warm }) => {
  const defenceSettings = { ...patience, 'status-copy-expiry': { keepMs } }
  app = await startApplication({ instances: [['api']], config: { defenceSettings } }, warm)
  keeper = await shopkeeper(app)
})
afterAll(() => app?.[Symbol.asyncDispose]())

const nameOf = (what: string, off: readonly string[]) => `${what}-${off[0] ?? 'defended'}`
const start = (what: string, defencesOff: readonly string[], config: object = {}) =>
  app.startInstance(nameOf(what, defencesOff), ['api', 'realtime'], { defencesOff, ...config })

/** How often this instance has connected its connection for commands. */
async function connects({ name }: Instance): Promise<number> {
  const log = await readFile(join(app.run.runFolder, `${name}.log`), 'utf8')
  return log
    .split('\n')
    .filter(line => line.includes('"redis-ready"') && line.includes('"connection":"commands"'))
    .length
}

describe('WS-07 a Redis that turns read-only', () => {
  const forMs = 3_000
  const writing = ['SET', 'EVAL', 'EVALSHA', 'EXPIRE', 'ZADD', 'INCR', 'INCRBY', 'PEXPIRE']

  /** Which part of the reads succeeded while all writes were refused, and the reconnections. */
  async function readOnly(defencesOff: readonly string[]) {
    const instance = await start('readonly', defencesOff)
    const client = instance.client()
    const before = await connects(instance)
    await using _demoted = await faultOn(app, `${instance.name}>redis`, {
      type: 'redis_error',
      attributes: { match: { command: writing }, error: 'READONLY' },
    })
    const reads: number[] = []
    const endsAt = performance.now() + forMs
    while (performance.now() < endsAt) {
      // The first is counted in Redis, a write; the second is read there.
      const [, read] = await Promise.all([
        client.get('/v1/products'),
        client.get(`/sessions/${randomUUID()}`),
      ])
      reads.push(read.status)
    }
    const served = reads.filter(status => status === 404).length / reads.length
    return { served, reconnects: (await connects(instance)) - before }
  }

  test(
    'is looked for anew now and then, and read all the time',
    async () => {
      const { served, reconnects } = await readOnly([])
      expect(served).toBeGreaterThan(0.95)
      expect(reconnects).toBeGreaterThan(0)
      expect(reconnects).toBeLessThanOrEqual(3)
    },
    timeoutMs,
  )

  control(
    'readonly-reconnect',
    'every write opens the connection anew',
    async ({ defencesOff }) => {
      expect((await readOnly(defencesOff)).reconnects).toBeGreaterThan(6)
    },
    timeoutMs,
  )
})

describe('DAT-08 a slow cache', () => {
  /** What readers with the usual deadline are answered while Redis takes its time. */
  async function readSlowly(defencesOff: readonly string[]) {
    const config = { defenceSettings: { 'load-shedding': patience['load-shedding'] } }
    const instance = await start('slow', defencesOff, config)
    const { id, slug } = (await keeper.post('/v1/drafts', { title: 'Slow', body: 'x' })).body
    await keeper.post(`/v1/drafts/${id}/publish`)
    const client = instance.client()
    const read = () => client.get(`/v1/posts/${slug}`, { headers: { 'x-deadline-ms': '1500' } })
    expect((await read()).status).toBe(200)
    await using _slow = await faultOn(app, `${instance.name}>redis`, {
      type: 'latency',
      attributes: { latency: 400 },
    })
    const statuses: number[] = []
    for (let i = 0; i < 15; i++) {
      // Its copy is gone, as if it had expired.
      await forget(slug)
      statuses.push((await read()).status)
    }
    return statuses.filter(status => status !== 200).length
  }

  async function forget(slug: string): Promise<void> {
    await withRedis(redis => redis.del(`blog:${encodeURIComponent(slug)}:post`))
  }

  test(
    'is an absent cache',
    async () => {
      expect(await readSlowly([])).toBe(0)
    },
    timeoutMs,
  )

  control(
    'cache-budget',
    'readers wait for it in vain',
    async ({ defencesOff }) => {
      expect(await readSlowly(defencesOff)).toBeGreaterThan(0)
    },
    timeoutMs,
  )
})

async function withRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({ host: app.redis.host, port: app.redis.port })
  try {
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

describe('WS-07 a subscriber whose connection is half-open', () => {
  /** Connections that old are the ones a fault finds open; those opened later are fine. */
  const oldMs = 4_000
  const defenceSettings = { ...patience, 'subscriber-ping': { everyMs: 500, timeoutMs: 600 } }

  /** Whether a message comes that is announced by Redis alone, once the connections went silent. */
  async function hears(defencesOff: readonly string[]) {
    // Without the look into Postgres, which would find it all the same.
    const off = [...defencesOff, 'websocket-resume']
    const instance = await start('deaf', off, { defenceSettings })
    const channel = `room-${randomUUID()}`
    using reader = await ChatClient.open(instance, { channel })
    using writer = await ChatClient.open(instance, { channel })
    await new Promise(resolve => setTimeout(resolve, oldMs + 500))
    await using _silent = await faultOn(app, `${instance.name}>redis`, {
      type: 'message_drop',
      stream: 'downstream',
      attributes: { match: { ageMs: { from: oldMs } } },
    })
    await new Promise(resolve => setTimeout(resolve, 2_500))
    await writer.say(channel, 'announced')
    await new Promise(resolve => setTimeout(resolve, 1_000))
    return {
      heard: reader.numbers(channel).length,
      up: await figure(instance, 'redis_subscriber_up'),
    }
  }

  test(
    'is found out, and hears again',
    async () => {
      expect(await hears([])).toEqual({ heard: 1, up: 1 })
    },
    timeoutMs,
  )

  control(
    'subscriber-ping',
    'it stays deaf and does not know',
    async ({ defencesOff }) => {
      expect(await hears(defencesOff)).toEqual({ heard: 0, up: 1 })
    },
    timeoutMs,
  )

  test(
    'is not waited for where it does not answer at all',
    async () => {
      const instance = await start('unanswered', [])
      await using _silent = await faultOn(app, `${instance.name}>redis`, {
        type: 'message_drop',
        stream: 'upstream',
        attributes: { match: { command: 'SUBSCRIBE' } },
      })
      const channel = `room-${randomUUID()}`
      using reader = await ChatClient.open(instance, { channel })
      using writer = await ChatClient.open(instance, { channel })
      await writer.say(channel, 'found by a look')
      await reader.has(channel, 1)
    },
    timeoutMs,
  )
})

describe("DAT-10 the copy of an order's status", () => {
  /** What is told of an order whose copy was set back by hand, after the copy's time. */
  async function afterMishap(defencesOff: readonly string[]) {
    const instance = await app.startInstance(nameOf('copy', defencesOff), ['api', 'worker'], {
      defencesOff,
    })
    const client = at(instance, keeper)
    const productId = await product(keeper, { stock: 2 })
    const { id } = (await order(client, [{ productId, quantity: 1 }])).body
    const status = async () => (await client.get(`/v1/orders/${id}/status`)).body.status
    const key = `orders:board:${id}`
    await withRedis(redis =>
      eventually(
        () => redis.exists(key),
        found => found === 1,
      ),
    )
    await withRedis(redis => redis.hset(key, 'status', 'cancelled'))
    const wrong = await status()
    await new Promise(resolve => setTimeout(resolve, keepMs + 500))
    const later = await status()
    await instance.process.kill()
    return [wrong, later]
  }

  test(
    'is right again by itself after it was set back by hand',
    async () => {
      expect((await afterMishap([]))[1]).toBe('pending-payment')
    },
    timeoutMs,
  )

  control(
    'status-copy-expiry',
    'it stays wrong',
    async ({ defencesOff }) => {
      expect(await afterMishap(defencesOff)).toEqual(['cancelled', 'cancelled'])
    },
    timeoutMs,
  )
})
