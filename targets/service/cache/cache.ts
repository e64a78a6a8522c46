import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Defences } from '../defences.ts'
import type { Metrics } from '../metrics.ts'
import { createBudget } from '../redis/budget.ts'
import { alone, createFlights } from './flights.ts'

/** What each owner has in the cache: the type of its JSON, by name. */
type Entries = Readonly<Record<string, unknown>>

interface CacheOptions<Known extends Entries> {
  /** Of the module: begins its keys in Redis and its metric. */
  readonly name: string
  /** How old a copy may be; 0: there are no copies. */
  readonly ttlMs: number
  readonly entries: { readonly [Name in keyof Known]: z.ZodType<Known[Name]> }
}

/**
 * Copies in Redis of what the database says, each in the namespace of its owner (a person, a slug).
 * A copy is never older than `ttlMs`, also when an invalidation is lost; after one that was not,
 * nothing that was read before it is shown. Without Redis every read goes to the database.
 */
export interface Cache<Known extends Entries> {
  read<Name extends keyof Known & string>(
    owner: string,
    name: Name,
    load: () => Promise<Known[Name] | undefined>,
  ): Promise<Known[Name] | undefined>
  /** All entries of this owner at once; to be called after a change was committed. */
  invalidate(owner: string): Promise<void>
}

/** What is known not to exist has a copy too, without a value: it would be asked for again and again. */
const copy = z.object({ generation: z.string(), value: z.unknown() })
const first = 'first'

export function createCache<Known extends Entries>(
  parts: { readonly redis: Redis; readonly defences: Defences; readonly metrics: Metrics },
  { name: cache, ttlMs, entries }: CacheOptions<Known>,
): Cache<Known> {
  const { redis, defences, metrics } = parts
  const reads = metrics.counter('cache_reads_total')
  if (ttlMs === 0) {
    return { read: (_owner, _name, load) => load(), invalidate: async () => {} }
  }
  const fenced = defences.on('cache-generations')
  const budget = createBudget(defences)
  const share = defences.on('stampede-guard') ? createFlights(redis, defences) : alone
  // Encoded, so that no owner's name reaches into the namespace of another.
  const keyOf = (owner: string, part: string) => `${cache}:${encodeURIComponent(owner)}:${part}`

  /** A copy counts while the generation is the one it was loaded in. */
  const look = async <Name extends keyof Known & string>(owner: string, name: Name) => {
    const keys = [keyOf(owner, name), keyOf(owner, 'generation')]
    const [text = null, now = null] = await budget.spend(() => redis.mget(keys))
    const generation = (fenced ? now : null) ?? first
    const found = text === null ? undefined : copy.safeParse(parsed(text)).data
    if (found?.generation !== generation) return { generation }
    if (found.value === undefined) return { generation, hit: { value: undefined } }
    // A copy of another shape, left by another version of the service, is no copy.
    const value = entries[name].safeParse(found.value)
    return value.success ? { generation, hit: { value: value.data } } : { generation }
  }
  return {
    read: async (owner, name, load) => {
      const seen = await look(owner, name).catch(() => undefined)
      if (!seen) return load()
      reads.inc({ cache, result: seen.hit ? 'hit' : 'miss' })
      if (seen.hit) return seen.hit.value
      const { generation } = seen
      const key = keyOf(owner, name)
      const fill = async () => {
        reads.inc({ cache, result: 'load' })
        const startedAt = performance.now()
        const value = await load()
        // The age counts from before the load. Whoever loads for longer than the generation lives
        // keeps nothing, so no copy outlives the mark that it is old.
        const leftMs = Math.floor(ttlMs - (performance.now() - startedAt))
        const text = JSON.stringify({ generation, value })
        const keep = () => redis.set(key, text, 'PX', leftMs)
        if (leftMs > 0) await budget.spend(keep).catch(() => {})
        return value
      }
      // Who comes after a change must not be served by a load that began before it.
      const flight = `${key}:${generation}`
      const peek = async () => (await look(owner, name).catch(() => undefined))?.hit
      return share(flight, peek, fill)
    },
    invalidate: async owner => {
      const done = fenced
        ? redis.set(keyOf(owner, 'generation'), randomUUID(), 'PX', ttlMs)
        : redis.del(Object.keys(entries).map(name => keyOf(owner, name)))
      await done.catch(() => {}) // lost: time ends it
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
