import { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { RedisConfig } from '../config.ts'
import type { Defences } from '../defences.ts'
import { fullJitterMs } from '../resilience/backoff.ts'

interface Purpose {
  /** Shown in the log. */
  readonly name: string
  /** A command without an answer for so long fails; none for connections that block on purpose. */
  readonly commandTimeoutMs?: number
}

const connectTimeoutMs = 500

/**
 * A connection to the primary, which Sentinel names anew at each reconnection. Without a request
 * deadline commands wait in ioredis's queue for as long as Redis is away; with one they fail at
 * once, since the caller decides how long it can wait.
 */
export function connectRedis(
  config: RedisConfig,
  defences: Defences,
  log: Logger,
  purpose: Purpose,
): Redis {
  const patient = !defences.on('request-deadline')
  const options = {
    ...address(config, defences),
    lazyConnect: true,
    disableClientInfo: true,
    connectTimeout: connectTimeoutMs,
    retryStrategy: reconnection(defences),
    enableOfflineQueue: patient,
    autoResendUnfulfilledCommands: patient,
    maxRetriesPerRequest: patient ? null : 0,
    reconnectOnError: createReadonlyWatch(defences),
    ...(!patient &&
      purpose.commandTimeoutMs !== undefined && {
        commandTimeout: purpose.commandTimeoutMs,
        socketTimeout: 2 * purpose.commandTimeoutMs,
      }),
  }
  const redis = new Redis(options)
  const about = { dependency: 'redis', connection: purpose.name }
  redis.on('error', error => log.warn({ ...about, err: error }, 'redis connection failed'))
  redis.on('ready', () => log.info({ ...about, event: 'redis-ready' }, 'redis connected'))
  redis.on('end', () => log.error({ ...about, event: 'redis-end' }, 'redis given up'))
  return redis
}

function address(config: RedisConfig, defences: Defences) {
  const password = config.password === undefined ? {} : { password: config.password }
  if ('host' in config) return { host: config.host, port: config.port, ...password }
  return {
    sentinels: config.sentinels,
    name: config.name,
    ...(config.natMap && { natMap: config.natMap }),
    // Sentinels are what configuration says; announced ones may not be reachable from here.
    updateSentinels: false,
    sentinelCommandTimeout: connectTimeoutMs,
    sentinelRetryStrategy: reconnection(defences),
    ...password,
  }
}

function reconnection(defences: Defences): (attempt: number) => number | null {
  if (!defences.on('redis-reconnect')) return () => null
  const { baseMs, capMs } = defences.settings('redis-reconnect')
  return attempt => baseMs + fullJitterMs(attempt, baseMs, capMs)
}

/**
 * A primary that was demoted under a living connection: Sentinel is asked again. Reconnecting costs
 * whoever reads just then, and helps only once there is a new primary.
 */
function createReadonlyWatch(defences: Defences): (error: Error) => boolean {
  const isReadonly = (error: Error) => error.message.startsWith('READONLY')
  if (!defences.on('readonly-reconnect')) return isReadonly
  const { baseMs, capMs } = defences.settings('readonly-reconnect')
  let waitMs = baseMs
  let lastAt = Number.NEGATIVE_INFINITY
  return error => {
    if (!isReadonly(error)) return false
    const sinceMs = performance.now() - lastAt
    if (sinceMs < waitMs) return false
    // Long after the last time it is another story.
    waitMs = sinceMs > 2 * capMs ? baseMs : Math.min(capMs, 2 * waitMs)
    lastAt = performance.now()
    return true
  }
}

/** Resolves when connected, or after `ms` all the same: the service starts degraded. */
export async function settled(redis: Redis, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  redis.once('ready', resolve)
  redis.connect().catch(() => {}) // reported by the 'error' event, retried by the strategy
  await promise
  clearTimeout(timer)
  redis.off('ready', resolve)
}
