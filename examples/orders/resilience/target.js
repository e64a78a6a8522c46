import { join } from 'node:path'
import { httpTraffic } from 'resilience-lab'
import { http, postgres, redis, service, system } from 'resilience-lab/targets'

/** `SERVICE=mended` starts the service as it was mended. */
const folder = process.env.SERVICE ?? 'src'

export const target = system(
  {
    postgres: postgres({ migrate: `${folder}/schema.sql` }),
    redis: redis(),
    api: service({
      command: `node ${folder}/server.js`,
      instances: 2,
      ready: http('/health'),
      env: ({ postgres, redis, port }) => ({
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        PORT: port,
      }),
    }),
  },
  { name: 'orders', cwd: join(import.meta.dirname, '..') },
)

export const ordering = httpTraffic({
  name: 'ordering',
  perSecond: 30,
  request: (random, number) => {
    const reference = `order-${number}-${random.integer(0, 1e9)}`
    const body = { reference, sku: `sku-${random.integer(1, 50)}`, quantity: random.integer(1, 3) }
    return { method: 'POST', path: '/orders', key: reference, body }
  },
  readBack: reference => ({ path: `/orders?reference=${reference}` }),
})

export const browsing = httpTraffic({
  name: 'browsing',
  perSecond: 30,
  request: random => ({ path: `/products/sku-${random.integer(1, 50)}` }),
})
