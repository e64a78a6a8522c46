import { createClient } from 'redis'

const redis = createClient({ url: process.env.REDIS_URL })
await redis.connect()

/** The value under the key, or what `load` finds, which is then kept for so many seconds. */
export async function cached(key, seconds, load) {
  const known = await redis.get(key)
  if (known !== null) return JSON.parse(known)
  const loaded = await load()
  if (loaded) await redis.set(key, JSON.stringify(loaded), { EX: seconds })
  return loaded
}
