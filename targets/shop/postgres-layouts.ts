import type { Context } from '../../lab/model/target.ts'
import { type Postgres, type PostgresOptions, startPostgres } from '../postgres.ts'
import { type PostgresStandby, startStandby } from '../postgres-standby.ts'
import { listenAddress, type Proxies } from '../proxy.ts'
import { mountLimitedDisk } from '../runtime/limited-disk.ts'
import type { ServerContext } from '../runtime/server-part.ts'

export interface RunningPostgres<Standby> {
  /** The one that the service is told of. */
  readonly postgres: Postgres
  readonly standby: Standby
  readonly servers: readonly Postgres[]
}

export type PostgresLayout<Standby> = ((
  context: ServerContext & Pick<Context, 'ledger'>,
  proxies: Proxies,
) => Promise<RunningPostgres<Standby>>) & {
  /** Why it cannot stand in containers; default: it can. */
  readonly notInContainers?: string
}

/** One server, named `postgres`. */
export function singlePostgres(options: PostgresOptions = {}): PostgresLayout<undefined> {
  return async context => {
    const postgres = await startPostgres(context, options)
    return { postgres, standby: undefined, servers: [postgres] }
  }
}

/**
 * One server whose data is on a disk of its own of so many bytes, for it to be full for real; its log is
 * elsewhere, since a server that cannot write that ends. Needs a machine that may mount.
 */
export function postgresOnSmallDisk(bytes: number): PostgresLayout<undefined> {
  const start: PostgresLayout<undefined> = async context => {
    const folder = await mountLimitedDisk(context, 'postgres-disk', bytes)
    const postgres = await startPostgres(context, { folder, logApart: true })
    return { postgres, standby: undefined, servers: [postgres] }
  }
  return Object.assign(start, {
    notInContainers: 'the small disk of its database is a mount of this machine',
  })
}

export interface ReplicatedPostgresOptions extends PostgresOptions {
  /** A commit is acknowledged only when the standby has it on disk. Default false. */
  readonly synchronous?: boolean
}

/** A primary and `standby`, which follows it through the link `standby>postgres`. */
export function replicatedPostgres({
  synchronous = false,
  ...options
}: ReplicatedPostgresOptions = {}): PostgresLayout<PostgresStandby> {
  const start: PostgresLayout<PostgresStandby> = async (context, proxies) => {
    const postgres = await startPostgres(context, options)
    const { name: provider, host, port } = postgres
    const path = { consumer: 'standby', provider, protocol: 'tcp' } as const
    const via = listenAddress(await proxies.link({ ...path, upstream: { host, port } }))
    const standby = await startStandby(context, postgres, { via, synchronous })
    return { postgres, standby, servers: [postgres, standby] }
  }
  return Object.assign(start, {
    notInContainers: 'its standby is a copy of files, which are in another container',
  })
}
