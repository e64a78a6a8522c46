import { join } from 'node:path'
import { httpTraffic, type Received, socketTraffic } from 'resilience-lab'
import { http, postgres, redis, service, system } from 'resilience-lab/targets'

/** `src` as it was written, `mended` as it was mended, or a mixture of both. */
const folder = process.env.SERVICE ?? 'src'

export const target = system(
  {
    postgres: postgres({ migrate: `${folder}/schema.sql` }),
    redis: redis(),
    api: service<'postgres' | 'redis'>({
      command: `node ${folder}/server.ts`,
      instances: 2,
      ready: http('/health'),
      env: ({ postgres, redis, port }) => ({
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        PORT: port,
      }),
    }),
  },
  { name: 'chat', cwd: join(import.meta.dirname, '..') },
)

interface Frame {
  readonly type: 'message' | 'confirmed' | 'refused'
  readonly seq: number
  readonly id: string
  readonly text: string
}

export const chatting = socketTraffic({
  name: 'chatting',
  perSecond: 20,
  connections: 20,
  path: (room, after) => `/rooms/${room}?after=${after}`,
  read: (frame): Received => {
    const { type, seq, id, text } = frame as Frame
    if (type === 'refused') return { kind: 'refused', id, error: text, unknown: true }
    return type === 'message' ? { kind: 'message', seq, id, text } : { kind: 'confirmed', id, seq }
  },
})

export const browsing = httpTraffic({
  name: 'browsing',
  perSecond: 10,
  request: random => ({ path: `/rooms/quiet-${random.integer(1, 9)}/messages` }),
})
