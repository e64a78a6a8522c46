import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'

const ttlSeconds = 60
const refreshMs = 20_000

/** Who is connected, and where: one key per connection, gone soon after its instance dies. */
export interface Presence {
  /** Returns how to leave again. */
  join(client: string): () => void
  close(): void
}

/** What Redis does not hear of is repeated with the next refresh; nothing waits for it. */
export function createPresence(
  redis: Redis,
  instance: string,
  log: Pick<Logger, 'debug'>,
): Presence {
  const connected = new Map<string, string>()
  const tell = (work: Promise<unknown>) => {
    work.catch(err => log.debug({ err }, 'presence not told'))
  }
  const refresh = setInterval(() => {
    const pipeline = redis.pipeline()
    for (const [key, value] of connected) pipeline.set(key, value, 'EX', ttlSeconds)
    if (connected.size > 0) tell(pipeline.exec())
  }, refreshMs)
  return {
    join: client => {
      const key = `chat:connection:${randomUUID()}`
      const value = JSON.stringify({ client, instance })
      connected.set(key, value)
      tell(redis.set(key, value, 'EX', ttlSeconds))
      return () => {
        connected.delete(key)
        tell(redis.del(key))
      }
    },
    close: () => clearInterval(refresh),
  }
}
