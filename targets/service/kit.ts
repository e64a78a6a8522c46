import type { FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Config, Role } from './config.ts'
import type { Defences } from './defences.ts'
import type { Identity } from './identity/identity.ts'
import type { Metrics } from './metrics.ts'
import type { Lookout } from './postgres/lookout.ts'
import type { Migrations } from './postgres/migrate.ts'
import type { Transact } from './postgres/transaction.ts'
import type { ConfirmedWriter } from './redis/confirmed-writer.ts'
import type { Guard } from './resilience/guard.ts'
import type { Door } from './sockets/door.ts'

/** What every module may use. One per process. */
export interface Kit {
  readonly config: Config
  readonly defences: Defences
  readonly metrics: Metrics
  readonly log: Logger
  /** `kit.db.withTables<MyTables>()` gives a module its own tables, typed. */
  readonly db: Kysely<unknown>
  /** For what is done in one transaction of it. */
  readonly transact: Transact
  /** Where loops wait for something to do. */
  readonly lookout: Lookout
  /** For commands. Fails at once while Redis is away. */
  readonly redis: Redis
  /** For writes that must survive a failover. */
  readonly confirmedWrites: ConfirmedWriter
  /** Who is calling. */
  readonly identity: Identity
  /** Another connection (a subscriber, a blocking reader); closed at shutdown. */
  connectRedis(name: string): Redis
  /** Breaker and retries of one dependency; the same name gives the same guard. */
  guard(dependency: string): Guard
  /** Runs at shutdown, last registered first. */
  onClose(close: () => Promise<void> | void): void
}

/** The role's HTTP server, with context, deadline, errors, metrics and health in place. */
export type Http = FastifyInstance

type Start = (kit: Kit, http: Http) => Promise<void> | void

/** One part of the application. See README.md for its shape. */
export interface Module {
  readonly name: string
  readonly migrations?: Migrations
  /** What it does in each kind of process; nothing where it has no entry. */
  readonly start: {
    readonly [role in Exclude<Role, 'realtime'>]?: Start
  } & { readonly realtime?: (kit: Kit, http: Http, door: Door) => Promise<void> | void }
}
