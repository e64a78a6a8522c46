import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Defences } from '../defences.ts'
import type { Metrics } from '../metrics.ts'
import { type Post, post } from './post.ts'

/** Published posts by slug, in Redis before Postgres. */
export interface PostCache {
  /**
   * From the cache, or loaded and put there. Never older than `post-cache`'s `ttlMs`, also when an
   * invalidation is lost. Without Redis every read goes to Postgres.
   */
  read(slug: string, load: () => Promise<Post | undefined>): Promise<Post | undefined>
  /** After a change was committed. */
  invalidate(slug: string): Promise<void>
}

const key = (slug: string) => `blog:post:${slug}`
/** What is known not to exist is remembered too, or it would be asked for again and again. */
const absent = 'none'

export function createPostCache(redis: Redis, defences: Defences, metrics: Metrics): PostCache {
  const reads = metrics.counter({
    name: 'blog_cache_reads_total',
    help: 'Reads of the cache of posts: found, missed, and loaded from the database.',
    labelNames: ['result'],
  })
  if (!defences.on('post-cache')) {
    return { read: (_slug, load) => load(), invalidate: async () => {} }
  }
  const { ttlMs } = defences.settings('post-cache')
  const guard = defences.on('stampede-guard') ? createFlights(redis, defences) : alone

  const cached = async (slug: string): Promise<Post | undefined | 'miss'> => {
    const text = await redis.get(key(slug)).catch(() => null)
    if (text === null) return 'miss'
    return text === absent ? undefined : post.parse(JSON.parse(text))
  }
  return {
    read: async (slug, load) => {
      const found = await cached(slug)
      reads.inc({ result: found === 'miss' ? 'miss' : 'hit' })
      if (found !== 'miss') return found
      return guard(
        slug,
        () => cached(slug),
        async () => {
          reads.inc({ result: 'load' })
          const startedAt = performance.now()
          const loaded = await load()
          // A change between load and this is overwritten: the TTL bounds how long that shows, so
          // the age counts from before the load.
          const leftMs = Math.floor(ttlMs - (performance.now() - startedAt))
          const text = loaded ? JSON.stringify(loaded) : absent
          if (leftMs > 0) await redis.set(key(slug), text, 'PX', leftMs).catch(() => {})
          return loaded
        },
      )
    },
    invalidate: async slug => {
      await redis.del(key(slug)).catch(() => {}) // lost: the TTL ends it
    },
  }
}

type Load = () => Promise<Post | undefined>
type Peek = () => Promise<Post | undefined | 'miss'>
type Guard = (slug: string, peek: Peek, load: Load) => Promise<Post | undefined>

const alone: Guard = (_slug, _peek, load) => load()

/** One load per key at a time: on this instance by sharing it, among instances by a short lock. */
function createFlights(redis: Redis, defences: Defences): Guard {
  const { lockMs, pollMs } = defences.settings('stampede-guard')
  const flights = new Map<string, Promise<Post | undefined>>()
  const fly = async (slug: string, peek: Peek, load: Load) => {
    const [lock, mine] = [`blog:lock:${slug}`, randomUUID()]
    const endsAt = performance.now() + lockMs
    while (performance.now() < endsAt) {
      const won = await redis.set(lock, mine, 'PX', lockMs, 'NX').catch(() => 'OK')
      if (won === 'OK') break
      await pause(pollMs)
      const found = await peek()
      if (found !== 'miss') return found
    }
    // Who held the lock before may have loaded it since we looked.
    const found = await peek()
    const loaded = found === 'miss' ? await load() : found
    // Only our own lock: a slow load's may have passed to somebody else.
    await redis.eval(unlock, 1, lock, mine).catch(() => {})
    return loaded
  }
  return (slug, peek, load) => {
    const flight =
      flights.get(slug) ?? fly(slug, peek, load).finally(() => void flights.delete(slug))
    flights.set(slug, flight)
    return flight
  }
}

const unlock = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end`
