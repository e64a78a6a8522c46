import pg from 'pg'
import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { duration } from '../forms/fields.ts'
import { common, table } from './form.ts'
import { type PostgresServer, unlessGone, withPostgres } from './postgres-server.ts'

export const undoArgs = z.object({ url: z.url(), name: z.string() })

const counted = z.tuple([z.object({ count: z.coerce.number() })])

/**
 * Each statement that changes this table takes `delay` longer, in the server itself: a trigger that
 * sleeps, and can be cancelled. Unlike a slow link it holds the statement's locks meanwhile. Lasting:
 * the trigger is dropped. Lands on the statements that began to sleep.
 */
export function slowWrites<System extends LabSystem>(
  select: Selector<System, PostgresServer>,
  table: string,
  delay: Duration,
): Fault<System> {
  const label = `slowWrites(${select.label ?? 'postgres'}, ${table}, ${delay})`
  return {
    name: 'slowWrites',
    label,
    needs: [],
    kind: 'lasting',
    plan: async (system, { random }) => {
      const { name: part, url } = await select(system)
      const name = `lab_slow_${random.fork(label).integer(0, 0xffffff).toString(16)}`
      return {
        undo: { module: import.meta.url, args: { url, name } },
        touches: [part],
        apply: async () => {
          await withPostgres(url, admin => admin.query(slow(name, table, toMs(delay) / 1_000)))
          return { landed: () => withPostgres(url, admin => hitsOf(admin, name)) }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'slowWrites',
  says: 'Statements that change a table take longer.',
  settings: z.object({ table, delay: duration('Delay', '200ms') }),
  make: (select, { table, delay }) => slowWrites(select, table, delay),
})

export const examples: Examples<PostgresServer> = part => [slowWrites(part, 'stock', '1s')]

/** In one query, which is one transaction. The count outlives the rollback of what was counted. */
function slow(name: string, table: string, seconds: number): string {
  return `
    create sequence ${name};
    create function ${name}() returns trigger language plpgsql security definer as $$
    begin
      perform nextval('${name}');
      perform pg_sleep(${seconds});
      return null;
    end $$;
    create trigger ${name} before insert or update or delete on ${pg.escapeIdentifier(table)}
      for each statement execute function ${name}()`
}

async function hitsOf(admin: pg.Client, name: string): Promise<number> {
  const { rows } = await admin.query(
    `select case when is_called then last_value else 0 end as count from ${name}`,
  )
  return counted.parse(rows)[0].count
}

/** Drops the trigger with its function; nothing is left, or nothing was there. */
export async function undo(args: Json): Promise<void> {
  const { url, name } = undoArgs.parse(args)
  const own = pg.escapeIdentifier(name)
  await unlessGone(url, admin =>
    admin.query(`drop function if exists ${own} cascade; drop sequence if exists ${own}`),
  )
}
