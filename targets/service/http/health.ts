import { sql } from 'kysely'
import type { Http, Kit } from '../kit.ts'
import { accepts, extrasOf } from './extras.ts'

type Health = Pick<Kit, 'config' | 'db' | 'defences' | 'metrics' | 'redis'>

const probeMs = 400
const word = (up: boolean) => (up ? 'up' : 'down')
/** To a balancer 404 is no illness: it sends nothing new, and leaves what is under way alone. */
const traffic = { starting: 503, started: 200, closing: 404 } as const

/**
 * `/health/live`: the process turns. `/health/startup`: all its ports listen, from then on for
 * good; 503 before. `/health/ready`: this process takes requests; 503 while it starts and once it is
 * closing. Dependencies that all instances share are only told: one that is away is away for all, and
 * leaving all of them out would take away what works without it. `/health/traffic`: the same for
 * balancers that know of a third answer, 404 once it is closing. `/health/dependencies`: those and
 * the ones it goes on without, for people rather than balancers. `/metrics`: Prometheus.
 */
export function addHealth(
  http: Http,
  { config, db, defences, metrics, redis }: Health,
  state: () => keyof typeof traffic,
  onTrafficAsked: () => void = () => {},
): void {
  const saysWhenNot = defences.on('readiness')
  const needed = async () => {
    const [postgres, cache] = await Promise.all([
      isUp(signal => sql`select 1`.execute(db, { signal })),
      isUp(() => redis.ping()),
    ])
    return { postgres, redis: cache }
  }
  const extras = Object.entries(extrasOf(config))
  http.get('/health/live', () => ({ status: 'up' }))
  http.get('/health/startup', (_request, reply) => {
    reply.code(state() === 'starting' ? 503 : 200).header('cache-control', 'no-store')
    return { status: state() === 'starting' ? 'starting' : 'up' }
  })
  http.get('/health/ready', async (_request, reply) => {
    const { postgres, redis } = await needed()
    const ready = !saysWhenNot || state() === 'started'
    reply.code(ready ? 200 : 503).header('cache-control', 'no-store')
    return {
      status: ready ? 'up' : state(),
      dependencies: { postgres: word(postgres), redis: word(redis) },
    }
  })
  http.get('/health/traffic', (_request, reply) => {
    onTrafficAsked()
    const said = saysWhenNot ? state() : 'started'
    reply.code(traffic[said]).header('cache-control', 'no-store')
    return { status: said === 'started' ? 'up' : said }
  })
  http.get('/health/dependencies', async (_request, reply) => {
    const states = await Promise.all(
      extras.map(async ([name, address]) => {
        const up = await accepts(address, AbortSignal.timeout(probeMs))
        return [name, word(up)] as const
      }),
    )
    const { postgres, redis } = await needed()
    reply.header('cache-control', 'no-store')
    return { postgres: word(postgres), redis: word(redis), extras: Object.fromEntries(states) }
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
