import type { Redis } from 'ioredis'
import { type Kysely, sql } from 'kysely'
import type { Http } from '../kit.ts'
import type { Metrics } from '../metrics.ts'

interface Options {
  readonly db: Kysely<unknown>
  readonly redis: Redis
  readonly metrics: Metrics
  /** True from the moment shutdown begins. */
  readonly isClosing: () => boolean
}

const probeMs = 400

/**
 * `/health/live`: the process turns. `/health/ready`: it can serve, with each dependency's state;
 * 503 when one is down or the process is closing. `/metrics`: Prometheus.
 */
export function addHealth(http: Http, { db, redis, metrics, isClosing }: Options): void {
  http.get('/health/live', () => ({ status: 'up' }))
  http.get('/health/ready', async (_request, reply) => {
    const [postgres, cache] = await Promise.all([
      isUp(signal => sql`select 1`.execute(db, { signal })),
      isUp(() => redis.ping()),
    ])
    const ready = postgres && cache && !isClosing()
    const word = (up: boolean) => (up ? 'up' : 'down')
    reply.code(ready ? 200 : 503).header('cache-control', 'no-store')
    return {
      status: isClosing() ? 'closing' : word(ready),
      dependencies: { postgres: word(postgres), redis: word(cache) },
    }
  })
  http.get('/metrics', async (_request, reply) => {
    reply.type(metrics.registry.contentType)
    return metrics.registry.metrics()
  })
}

async function isUp(probe: (signal: AbortSignal) => Promise<unknown>): Promise<boolean> {
  const signal = AbortSignal.timeout(probeMs)
  const { promise: tooSlow, resolve } = Promise.withResolvers<false>()
  signal.addEventListener('abort', () => resolve(false), { once: true })
  const answered = probe(signal).then(
    () => true,
    () => false,
  )
  return Promise.race([answered, tooSlow])
}
