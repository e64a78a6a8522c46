import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { containedPostgres } from './containers/contained-postgres.ts'
import { attachedPostgres } from './external/attached-postgres.ts'
import { postgresPrograms } from './runtime/postgres-programs.ts'
import { launchPostgres, type Postgres } from './runtime/postgres-server.ts'
import { copyTemplate, postgresTemplate } from './runtime/postgres-template.ts'
import { runTool } from './runtime/run-tool.ts'
import type { ServerContext } from './runtime/server-part.ts'

export type { Postgres }

export interface PostgresOptions {
  /** Default `postgres`. */
  readonly name?: string
  /** Where it keeps its data; default the run's scratch folder. */
  readonly folder?: string
  /** It keeps its write-ahead log in the scratch folder, apart from the data. Default false. */
  readonly logApart?: boolean
  /** Further settings of the server: `{ max_connections: '200' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** @throws {LabError} when there is no Postgres for this machine, or it does not start. */
export async function startPostgres(
  context: ServerContext,
  options: PostgresOptions = {},
): Promise<Postgres> {
  const { progress, scratchFolder } = context
  const { name = 'postgres', folder = scratchFolder, logApart = false, settings = {} } = options
  if (context.attached) return attachedPostgres(context, context.attached, name)
  if (context.containers) return containedPostgres(context, context.containers, name, settings)
  const programs = await postgresPrograms({ progress })
  const template = await postgresTemplate(programs, { progress })
  const dataFolder = join(folder, name)
  await copyTemplate(template, dataFolder)
  if (logApart) await moveAway(join(dataFolder, 'pg_wal'), join(scratchFolder, `${name}-wal`))
  const { password } = template
  return launchPostgres(context, { name, programs, password, dataFolder, settings })
}

/** By copying, since a rename does not cross file systems; owner and rights stay. */
async function moveAway(from: string, to: string): Promise<void> {
  await runTool('cp', ['-Rp', from, to])
  await rm(from, { recursive: true })
  await symlink(to, from)
}
