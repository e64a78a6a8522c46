import { createClient } from 'redis'

const patienceMs = 100

const redis = createClient({
  url: process.env.REDIS_URL,
  // While it is away a command fails at once, and does not wait for its return.
  disableOfflineQueue: true,
  socket: { connectTimeout: 1_000, reconnectStrategy: attempt => Math.min(attempt * 50, 1_000) },
})

// Without a listener, a lost connection ends the process.
redis.on('error', error => console.warn('redis:', error.message))
redis.connect().catch(() => {})

/** The value under the key, or what `load` finds. Without the cache it is only slower. */
export async function cached(key, seconds, load) {
  const known = await inTime(redis.get(key)).catch(() => null)
  if (known !== null) return JSON.parse(known)
  const loaded = await load()
  if (loaded) inTime(redis.set(key, JSON.stringify(loaded), { EX: seconds })).catch(() => {})
  return loaded
}

function inTime(work) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
