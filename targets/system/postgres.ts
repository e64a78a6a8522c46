import type { Linked } from '../../lab/model/capability.ts'
import { postgresSessions } from '../meters/postgres-sessions.ts'
import { type Postgres, type PostgresOptions, startPostgres } from '../postgres.ts'
import { type Migration, migrate } from './migrate.ts'
import type { PartPlan } from './part-plan.ts'
import { reachOf } from './reach.ts'
import { labClient } from './wires.ts'

export interface PostgresPartOptions extends Pick<PostgresOptions, 'settings'> {
  /** Makes the tables, before any service starts; default nothing. */
  readonly migrate?: Migration
  /** Clients of the lab (`sqlTraffic`) reach it, too; default false. */
  readonly traffic?: boolean
}

/**
 * A real PostgreSQL server that can be killed, paused, hurt on its links and in itself. Its address is
 * in its URL: with a host and a port of its own it would pass for a Redis.
 */
export type PostgresPart = Omit<Postgres, 'host' | 'port'> & Linked

/** One PostgreSQL server, with an empty database of its own for each run. */
export function postgres(options: PostgresPartOptions = {}): PartPlan<PostgresPart> {
  return {
    kind: 'postgres',
    start: async setting => {
      const { name, context, wires } = setting
      const { settings = {}, traffic = false } = options
      const server = await startPostgres(context, { name, settings })
      const direct = reachOf(server.url)
      // What runs already has its tables.
      const isNew = context.attached === undefined
      if (isNew && options.migrate !== undefined) await migrate(options.migrate, direct, setting)
      const sessions = postgresSessions(name, server.url)
      const part = Object.assign(server, { links: wires.to(name) })
      const reachBy = async (consumer: string) => {
        const path = { consumer, provider: name, protocol: 'postgres' } as const
        const { host, port } = server
        const apart = consumer === labClient
        const at = await wires.address({ ...path, upstream: { host, port }, apart })
        return reachOf(server.urlVia(at))
      }
      if (traffic) await reachBy(labClient)
      return {
        pick: () => part,
        direct,
        reachBy,
        meters: [sessions],
        description: `PostgreSQL ${server.version}`,
        [Symbol.asyncDispose]: async () => {
          await sessions[Symbol.asyncDispose]()
          await server[Symbol.asyncDispose]()
        },
      }
    },
  }
}
