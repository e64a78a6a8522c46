import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRedis } from '../../../targets/redis.ts'
import type { TestLink } from '../testing/message-proxy.ts'
import { until } from '../testing/proxied.ts'
import { type Rig, startRig } from '../testing/rig.ts'

const patienceMs = 30_000

let rig: Rig
let address: { host: string; port: number }
let direct: Redis

beforeAll(async () => {
  rig = await startRig()
  address = await startRedis(rig.run)
  direct = rig.redis(address)
})
afterAll(() => rig?.[Symbol.asyncDispose]())

interface Subscriber extends Disposable {
  readonly redis: Redis
  readonly heard: string[]
}

/** As a service keeps it: connects again, and again when what it asked for cannot be had yet. */
async function subscriber(link: TestLink, protocol: 2 | 3, channel: string): Promise<Subscriber> {
  const redis = new Redis({
    host: link.host,
    port: link.port,
    protocol,
    retryStrategy: () => 20,
    reconnectOnError: ({ message }) => (/^(LOADING|NOAUTH)/.test(message) ? 2 : false),
  })
  redis.on('error', () => {})
  const heard: string[] = []
  redis.on('message', (_, message: string) => heard.push(message))
  await redis.subscribe(channel)
  return { redis, heard, [Symbol.dispose]: () => redis.disconnect() }
}

async function listeners(channel: string): Promise<number> {
  const [, count] = await direct.pubsub('NUMSUB', channel)
  return Number(count)
}

const cases = [2, 3].flatMap(protocol =>
  ['LOADING', 'NOAUTH'].map(error => [protocol, error] as const),
)

test.each(cases)(
  'a subscriber that is told RESP%i %s when it subscribes again hears nothing until that is over',
  async (protocol, error) => {
    const link = await rig.proxy.link('redis', address)
    const channel = `news:${protocol}:${error}`
    using one = await subscriber(link, protocol === 2 ? 2 : 3, channel)
    expect(await listeners(channel)).toBe(1)
    const toxic = await link.toxic({
      type: 'redis_error',
      attributes: { match: { command: 'SUBSCRIBE', channel }, error },
    })
    await direct.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    // Refused, and asked again, and refused again: Redis sees none of it.
    await until(async () => (await toxic.landed()) >= 2, patienceMs)
    expect(await listeners(channel)).toBe(0)
    await toxic.remove()
    await until(async () => (await direct.publish(channel, 'back')) === 1, patienceMs)
    await until(() => one.heard.includes('back'), patienceMs)
  },
  90_000,
)

test('without a fault the same subscriber is there again by itself', async () => {
  const link = await rig.proxy.link('redis', address)
  using one = await subscriber(link, 3, 'calm')
  await direct.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await until(async () => (await direct.publish('calm', 'back')) === 1, patienceMs)
  await until(() => one.heard.includes('back'), patienceMs)
}, 90_000)

test.each([2, 3] as const)(
  'each of several subscriptions gets the answer that is its own (RESP%i)',
  async protocol => {
    const link = await rig.proxy.link('redis', address)
    const client = rig.redis(link, { protocol })
    await client.ping()
    const toxic = await link.toxic({
      type: 'redis_error',
      attributes: { match: { channel: `b${protocol}` }, error: 'NOAUTH' },
    })
    const all = [client.subscribe(`a${protocol}`, `x${protocol}`), client.subscribe(`b${protocol}`)]
    const answers = await Promise.allSettled([...all, client.psubscribe(`c${protocol}*`)])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(answers[1]).toMatchObject({ reason: { message: 'NOAUTH Authentication required.' } })
    expect(await listeners(`a${protocol}`)).toBe(1)
    expect(await listeners(`b${protocol}`)).toBe(0)
    expect(await toxic.landed()).toBe(1)
  },
)

test('an invalidation of a tracking client is a push that faults can strike', async () => {
  const link = await rig.proxy.link('redis', address)
  const client = rig.redis(link, { protocol: 3 })
  await client.call('CLIENT', 'TRACKING', 'ON')
  const attributes = { match: { frame: 'invalidate' }, delay: 0 }
  const toxic = await link.toxic({ type: 'message_delay', attributes })
  await client.set('tracked', '1')
  await client.get('tracked')
  expect(await toxic.landed()).toBe(0)
  await direct.set('tracked', '2')
  await until(async () => (await toxic.landed()) === 1, patienceMs)
  expect(await client.get('tracked')).toBe('2')
})
