import { join } from 'node:path'
import { postgresPrograms } from './runtime/postgres-programs.ts'
import { launchPostgres, type Postgres } from './runtime/postgres-server.ts'
import { copyTemplate, postgresTemplate } from './runtime/postgres-template.ts'
import type { ServerContext } from './runtime/server-part.ts'

export type { Postgres }

export interface PostgresOptions {
  /** Default `postgres`. */
  readonly name?: string
  /** Further settings of the server: `{ max_connections: '200' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** @throws {LabError} when there is no Postgres for this machine, or it does not start. */
export async function startPostgres(
  context: ServerContext,
  { name = 'postgres', settings = {} }: PostgresOptions = {},
): Promise<Postgres> {
  const { progress } = context
  const programs = await postgresPrograms({ progress })
  const template = await postgresTemplate(programs, { progress })
  const dataFolder = join(context.scratchFolder, name)
  await copyTemplate(template, dataFolder)
  const { password } = template
  return launchPostgres(context, { name, programs, password, dataFolder, settings })
}
