import type pg from 'pg'
import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { choice } from '../forms/fields.ts'
import { stopWatching, watch } from '../watch.ts'
import { common, table } from './form.ts'
import { endSessions, openPostgres, type PostgresServer, unlessGone } from './postgres-server.ts'

export const undoArgs = z.object({ url: z.url(), session: z.string() })

/** The session that this process holds, by the name that it and the undo know it by. */
const held = new Map<string, pg.Client>()

const waiters = z.array(z.object({ id: z.string() }))

/** How long the lock itself may wait for transactions that are under way. */
const lockWithin = '10s'

/**
 * A session that locks a table and idles in its transaction, as a migration, a forgotten psql or a
 * worker that hangs does. `mode` as in LOCK TABLE: `access exclusive` (default) keeps out everybody,
 * `share row exclusive` writers. Lasting: the session is ended. Lands on the statements that were seen
 * to wait for it.
 */
export function heldLock<System extends LabSystem>(
  select: Selector<System, PostgresServer>,
  table: string,
  mode: 'access exclusive' | 'exclusive' | 'share row exclusive' = 'access exclusive',
): Fault<System> {
  const label = `heldLock(${select.label ?? 'postgres'}, ${table}, ${mode})`
  return {
    name: 'heldLock',
    label,
    needs: [],
    kind: 'lasting',
    plan: async (system, { clock, random }) => {
      const { name, url } = await select(system)
      const session = `heldLock-${random.fork(label).integer(0, 0xffffff).toString(16)}`
      return {
        undo: { module: import.meta.url, args: { url, session } },
        touches: [name],
        apply: async () => {
          const holder = await openPostgres(url, session)
          held.set(session, holder)
          await holder.query(`begin; set local lock_timeout = '${lockWithin}'`)
          await holder.query(`lock table ${holder.escapeIdentifier(table)} in ${mode} mode`)
          const admin = await openPostgres(url)
          const landed = await watch(session, clock, {
            hit: async () => {
              const { rows } = await admin.query(waitingFor, [session])
              return waiters.parse(rows).map(({ id }) => id)
            },
            [Symbol.asyncDispose]: () => admin.end(),
          })
          return { landed }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'heldLock',
  says: 'Somebody holds a lock on a table and does not let go.',
  settings: z.object({
    table,
    mode: choice('Mode', ['access exclusive', 'exclusive', 'share row exclusive']),
  }),
  make: (select, { table, mode }) => heldLock(select, table, mode),
})

export const examples: Examples<PostgresServer> = part => [heldLock(part, 'stock')]

/** A statement is told by its session and the moment it began. */
const waitingFor = `
  select waiting.pid || '@' || waiting.query_start as id
  from pg_stat_activity as waiting, pg_stat_activity as holder
  where holder.application_name = $1 and holder.pid = any(pg_blocking_pids(waiting.pid))`

/** Ends the session; with its server, or its lab, it has ended by itself. */
export async function undo(args: Json): Promise<void> {
  const { url, session } = undoArgs.parse(args)
  await stopWatching(session)
  const own = held.get(session)
  held.delete(session)
  // Whoever holds it needs no other session for that, which there may be no slot for.
  if (own) await own.end()
  else await unlessGone(url, admin => endSessions(admin, session))
}
