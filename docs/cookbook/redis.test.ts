import { Redis } from 'ioredis'
import { once, test } from 'resilience-lab/vitest'
import { expect } from 'vitest'

const timeout = 300_000

/** Reads through a cache, and does without it when it does not answer in time. */
async function productName(cache: Redis, id: string, load: (id: string) => Promise<string>) {
  const cached = await cache.get(`product:${id}`).catch(() => null)
  if (cached !== null) return cached
  const name = await load(id)
  await cache.set(`product:${id}`, name, 'EX', 60).catch(() => {})
  return name
}

test('products are shown without Redis, and not slowly', { timeout }, async ({ lab }) => {
  const redis = await lab.redis()
  await using cache = client(redis.url, { commandTimeout: 200, maxRetriesPerRequest: 0 })
  const load = async () => 'Lamp'
  expect(await productName(cache, '1', load)).toBe('Lamp')

  await using silence = await redis.link.blackHole()
  const beganMs = performance.now()
  expect(await productName(cache, '2', load)).toBe('Lamp')

  expect(performance.now() - beganMs).toBeLessThan(1_500)
  await expect(silence).toHaveLanded()
})

test('a counter counts twice when its answer is lost and it is sent again', { timeout }, async ({
  lab,
}) => {
  const redis = await lab.redis()
  await using counter = client(redis.url, { maxRetriesPerRequest: 3 })

  await using lost = await redis.link.loseReply({ command: 'INCR', hits: once() })
  await counter.incr('visits')

  await expect(lost).toHaveLanded()
  // ioredis sends again what had no answer: that is at least once, and INCR cannot tell.
  expect(await counter.get('visits')).toBe('2')
})

/** A lock that is gone is nobody's: who finishes must not release another's. */
const release = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end`

test('a lock survives that Redis has forgotten it', { timeout }, async ({ lab }) => {
  const redis = await lab.redis()
  await using worker = client(redis.url)
  expect(await worker.set('lock', 'first', 'PX', 60_000, 'NX')).toBe('OK')

  await redis.server.flushAll()
  expect(await worker.set('lock', 'second', 'PX', 60_000, 'NX')).toBe('OK')

  expect(await worker.eval(release, 1, 'lock', 'first')).toBeNull()
  expect(await worker.get('lock')).toBe('second')
})

interface Patience {
  readonly commandTimeout?: number
  readonly maxRetriesPerRequest?: number
}

function client(url: string, options: Patience = {}) {
  const redis = new Redis(url, options)
  redis.on('error', () => {})
  return Object.assign(redis, { [Symbol.asyncDispose]: async () => redis.disconnect() })
}
