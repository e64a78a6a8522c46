import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Duration } from '../../lab/base/duration.ts'
import { messageOf } from '../../lab/base/errors.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Entry } from '../../lab/journal/journal.ts'
import type { SystemProbe } from '../../lab/model/hypothesis.ts'
import type { Context, LabSystem } from '../../lab/model/target.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import type { Postgres } from '../postgres.ts'
import { backupSession, restorePostgres } from '../postgres-backup.ts'
import { withPostgres } from '../runtime/postgres-server.ts'

/** To restore one may take as long as to start a server. */
const giveUpMs = 60_000
const ids = z.array(z.string())
const restored = z.object({ missing: z.number(), of: z.number() })

export interface WithBackups extends LabSystem {
  readonly postgres: Postgres
  /** Copies what the server has to a folder that is not there yet, while it goes on working. */
  readonly backUp: (folder: string) => Promise<void>
}

export interface BackupOptions {
  /** Between two of them. */
  readonly thinkTime: Duration
  /** So many at most: a slow machine makes fewer until the traffic ends. */
  readonly count: number
}

/**
 * Somebody who backs up the database of the checkout again and again. The final reads restore each
 * backup that was said to be made, as a server of its own, and count the orders `missing` there `of`
 * those that were confirmed before it began.
 */
export function backups(options: BackupOptions): Workload<WithBackups> {
  const { thinkTime, count } = options
  return {
    name: 'backups',
    // One after the other, however long each takes.
    perSecond: { thinkTime },
    finite: true,
    clients: 1,
    maxInFlight: 1,
    giveUpMs,
    operations: () => numbered(count),
    open: async (system, context) => {
      const folder = join(context.scratchFolder, 'backups')
      // Whoever the server runs as has to reach it.
      await mkdir(folder, { recursive: true, mode: 0o755 })
      return {
        perform: async ({ f, key = '' }) => {
          const path = join(folder, key)
          if (f === 'read') return { kind: 'ok', value: await restore(system, path, key, context) }
          try {
            return { kind: 'ok', value: await backUp(system, path) }
          } catch (error) {
            await rm(path, { recursive: true, force: true })
            return { kind: 'fail', ended: 'cut', error: messageOf(error) }
          }
        },
        [Symbol.asyncDispose]: async () => {},
      }
    },
    finale: made,
  }
}

/** What a restored backup lacks of what was confirmed before it began. */
export function missing(answer: Json): number {
  return restored.parse(answer).missing
}

/** True while files of the server are being copied. */
export const backupUnderWay: SystemProbe<WithBackups, boolean> = {
  name: 'a backup under way',
  measure: ({ postgres }) =>
    withPostgres(postgres.url, async client => {
      const text = 'select from pg_stat_activity where application_name = $1'
      return ((await client.query(text, [backupSession])).rowCount ?? 0) > 0
    }),
}

function* numbered(count: number): Generator<Operation> {
  for (let number = 1; number <= count; number++)
    yield { f: 'back-up', key: `backup-${number}`, input: null }
}

function* made(journal: readonly Entry[]): Generator<Operation> {
  const ok = new Set(
    journal.flatMap(entry =>
      entry.kind === 'complete' && entry.outcome.kind === 'ok' ? [entry.op] : [],
    ),
  )
  for (const entry of journal) {
    if (entry.kind === 'invoke' && entry.key !== undefined && ok.has(entry.op)) {
      yield { f: 'read', key: entry.key, input: null }
    }
  }
}

async function backUp({ postgres, backUp }: WithBackups, path: string): Promise<number> {
  const confirmed = await confirmedAt(postgres.url)
  await backUp(path)
  await writeFile(`${path}.json`, JSON.stringify(confirmed))
  return confirmed.length
}

async function restore({ postgres }: WithBackups, folder: string, name: string, context: Context) {
  const confirmed = ids.parse(JSON.parse(await readFile(`${folder}.json`, 'utf8')))
  const found = new Set<string>()
  try {
    await using server = await restorePostgres(context, { folder, of: postgres }, name)
    for (const id of await confirmedAt(server.url)) found.add(id)
  } catch (error) {
    // One that no server can use has nothing in it.
    context.progress(`${name} cannot be restored: ${messageOf(error)}`)
  }
  return { missing: confirmed.filter(id => !found.has(id)).length, of: confirmed.length }
}

async function confirmedAt(url: string): Promise<readonly string[]> {
  const text = "select id from checkout_orders where status = 'confirmed'"
  const { rows } = await withPostgres(url, client => client.query<{ id: string }>(text))
  return rows.map(({ id }) => id)
}
