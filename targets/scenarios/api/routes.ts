import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { z } from 'zod'
import { parseConfig } from '../../service/config.ts'
import { startService } from '../../service/service.ts'
import type { Application } from '../application.ts'

export interface Route {
  readonly method: string
  /** With its parameters: `/v1/products/:id`. */
  readonly path: string
}

const route = z.object({
  method: z.union([z.string().transform(method => [method]), z.array(z.string())]),
  url: z.string(),
})
const created = z.object({ fastify: z.custom<FastifyInstance>() })

/** Its level is one of the settings that can be changed, so it is the place that is silent. */
const nowhereToBeSeen = new Writable({ write: (_line, _encoding, done) => done() })

/** Where nobody is: without peers their routes would not exist. */
const nowhere = 'http://127.0.0.1:2'

/** All there is to configure, so that every route is there. */
export function everything(folder: string) {
  return {
    payments: { url: nowhere, apiKey: 'x' },
    marketplace: { url: nowhere, apiKey: 'x' },
    oauth: { issuer: nowhere, clientId: 'x' },
    clickhouse: { url: nowhere, username: 'x', password: 'x' },
    directory: { url: `sqlite:${join(folder, 'directory.db')}` },
    files: { folder, maxBytes: 2_000_000 },
  }
}

/**
 * Every route of the service, as Fastify tells them while one starts in this process beside those
 * of the application. `HEAD` goes with each `GET`.
 */
export async function routesOf(app: Application, folder: string): Promise<readonly Route[]> {
  const found = new Map<string, Route>()
  const listen = (message: unknown) => {
    created.parse(message).fastify.addHook('onRoute', said => {
      const { method: methods, url: path } = route.parse(said)
      for (const method of methods) {
        if (method !== 'HEAD') found.set(`${method} ${path}`, { method, path })
      }
    })
  }
  subscribe('fastify.initialization', listen)
  try {
    const config = parseConfig({
      environment: 'test',
      instance: 'routes',
      roles: ['api', 'realtime', 'worker'],
      postgres: { url: app.postgres.url },
      redis: { host: app.redis.host, port: app.redis.port },
      ...everything(folder),
    })
    const service = await startService(config, pino(nowhereToBeSeen))
    await service.close()
  } finally {
    unsubscribe('fastify.initialization', listen)
  }
  return [...found.values()]
}
