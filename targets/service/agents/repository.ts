import { type Kysely, sql } from 'kysely'
import type { Waiting } from '../postgres/lookout.ts'
import {
  type EventType,
  type OpenState,
  type Run,
  type RunEvent,
  type State,
  steps,
} from './run.ts'

type Db = Kysely<unknown>

/** Runs with what they said, in Postgres. */
export interface Runs {
  /** False when somebody else has a run with this id; the same again is harmless. */
  ask(run: Pick<Run, 'id' | 'userId' | 'trace' | 'task'>): Promise<boolean>
  isOwnedBy(id: string, userId: string): Promise<boolean>
  /** Open runs that nobody holds and that fewer than so many workers had before. */
  untaken(most: number): Waiting
  /** Open runs that nobody holds and that as many workers had. */
  lost(most: number): Waiting
  /** The oldest open run that nobody holds, had by fewer than so many workers before. */
  take(leaseMs: number, most: number): Promise<Run | undefined>
  /** Free again after so long, as if it had not been tried. Not when the lease was lost. */
  putBack(run: Run, freeInMs: number): Promise<void>
  /** Locks the run for the transaction; its state, or nothing when the lease was lost. */
  hold(trx: Db, run: Run): Promise<OpenState | undefined>
  /** To the next state, with its event. Only forwards. */
  advance(trx: Db, run: Run, from: OpenState, data: unknown): Promise<void>
  fail(trx: Db, run: Run, reason: string): Promise<void>
  /** Says of one run that so many workers died with it. False when there is none. */
  giveUp(most: number): Promise<boolean>
  /** What these runs said after the number each has been heard to, in order. */
  heard(cursors: ReadonlyMap<string, number>): Promise<readonly RunEvent[]>
}

const isOpen = sql`state not in ('completed', 'failed')`
const isFree = sql`${isOpen} and lease_until <= now()`

async function say(trx: Db, runId: string, type: EventType, data: unknown): Promise<void> {
  await sql`
    insert into agents_events (run_id, seq, type, data)
    select ${runId}, coalesce(max(seq), 0) + 1, ${type}, ${JSON.stringify(data ?? null)}::jsonb
    from agents_events where run_id = ${runId}`.execute(trx)
}

async function move(trx: Db, id: string, to: State): Promise<void> {
  await sql`update agents_runs set state = ${to} where id = ${id} and ${isOpen}`.execute(trx)
}

export function createRuns(db: Db): Runs {
  const isOwnedBy = async (id: string, userId: string) => {
    const { rows } = await sql`
      select 1 from agents_runs where id = ${id} and user_id = ${userId}`.execute(db)
    return rows.length === 1
  }
  return {
    untaken: most => sql`exists (select from agents_runs where ${isFree} and attempts < ${most})`,
    lost: most => sql`exists (select from agents_runs where ${isFree} and attempts >= ${most})`,
    isOwnedBy,
    ask: async ({ id, userId, trace, task }) => {
      await sql`
        insert into agents_runs (id, user_id, trace, task)
        values (${id}, ${userId}, ${trace}, ${JSON.stringify(task)}::jsonb)
        on conflict (id) do nothing`.execute(db)
      return isOwnedBy(id, userId)
    },
    take: async (leaseMs, most) => {
      const { rows } = await sql<Run>`
        update agents_runs
        set attempts = attempts + 1,
            lease_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1_000})
        where id = (
          select id from agents_runs
          where ${isFree} and attempts < ${most}
          order by asked_at
          limit 1
          for update skip locked)
        returning id, user_id as "userId", trace, task, state, attempts`.execute(db)
      return rows[0]
    },
    putBack: async ({ id, attempts }, freeInMs) => {
      await sql`
        update agents_runs
        set attempts = attempts - 1,
            lease_until = clock_timestamp() + make_interval(secs => ${freeInMs / 1_000})
        where id = ${id} and attempts = ${attempts} and ${isOpen}`.execute(db)
    },
    hold: async (trx, { id, attempts }) => {
      const { rows } = await sql<{ state: OpenState }>`
        select state from agents_runs
        where id = ${id} and attempts = ${attempts} and ${isOpen}
        for update`.execute(trx)
      return rows[0]?.state
    },
    advance: async (trx, { id }, from, data) => {
      const { to, says } = steps[from]
      await move(trx, id, to)
      await say(trx, id, says, data)
    },
    fail: async (trx, { id }, reason) => {
      await move(trx, id, 'failed')
      await say(trx, id, 'agent_failed', { reason })
    },
    giveUp: async most => {
      const reason = { reason: `No worker of ${most} ended it.` }
      const { rows } = await sql`
        with given_up as (
          update agents_runs set state = 'failed' where id = (
            select id from agents_runs
            where ${isFree} and attempts >= ${most}
            limit 1
            for update skip locked)
          returning id)
        insert into agents_events (run_id, seq, type, data)
        select id, coalesce((select max(seq) from agents_events where run_id = given_up.id), 0) + 1,
          'agent_failed', ${JSON.stringify(reason)}::jsonb
        from given_up
        returning run_id`.execute(db)
      return rows.length > 0
    },
    heard: async cursors => {
      const { rows } = await sql<RunEvent>`
        select run_id as "runId", seq, type, data from agents_events
        join unnest(${[...cursors.keys()]}::uuid[], ${[...cursors.values()]}::int[])
          as cursor (id, heard) on run_id = cursor.id and seq > cursor.heard
        order by run_id, seq`.execute(db)
      return rows
    },
  }
}
