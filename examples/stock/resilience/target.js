import { join } from 'node:path'
import { httpTraffic } from 'resilience-lab'
import { http, postgres, service, system } from 'resilience-lab/targets'

const { PYTHON = '.venv/bin/python', SERVICE = 'app.py' } = process.env

export const target = system(
  {
    postgres: postgres({ migrate: 'schema.sql' }),
    stock: service({
      command: `${PYTHON} ${SERVICE}`,
      ready: http('/health'),
      env: ({ postgres, port }) => ({ DATABASE_URL: postgres.url, PORT: port }),
    }),
  },
  { name: 'stock', cwd: join(import.meta.dirname, '..') },
)

export const moving = httpTraffic({
  name: 'moving',
  perSecond: 20,
  request: (random, number) => {
    const reference = `movement-${number}-${random.integer(0, 1e9)}`
    const body = { reference, sku: `sku-${random.integer(1, 50)}`, amount: random.integer(1, 9) }
    return { method: 'POST', path: '/movements', key: reference, body }
  },
  readBack: reference => ({ path: `/movements/${reference}` }),
})

export const looking = httpTraffic({
  name: 'looking',
  perSecond: 10,
  request: () => ({ path: '/health' }),
})
