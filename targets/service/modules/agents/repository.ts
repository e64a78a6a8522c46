import { type Kysely, sql } from 'kysely'
import type { Defences } from '../../defences.ts'
import { createQueue, type Queue } from '../../queue/queue.ts'
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
  /** To the next state, with its event. Only forwards. */
  advance(trx: Db, run: Run, from: OpenState, data: unknown): Promise<void>
  fail(trx: Db, run: Run, reason: string): Promise<void>
  /** What these runs said after the number each has been heard to, in order. */
  heard(cursors: ReadonlyMap<string, number>): Promise<readonly RunEvent[]>
}

const isOpen = sql`state not in ('completed', 'failed')`

async function say(trx: Db, runId: string, type: EventType, data: unknown): Promise<void> {
  await sql`
    insert into agents_events (run_id, seq, type, data)
    select ${runId}, coalesce(max(seq), 0) + 1, ${type}, ${JSON.stringify(data ?? null)}::jsonb
    from agents_events where run_id = ${runId}`.execute(trx)
}

async function move(trx: Db, id: string, to: State): Promise<void> {
  await sql`update agents_runs set state = ${to} where id = ${id} and ${isOpen}`.execute(trx)
}

/** Runs that nobody holds. */
export function openRunQueue(db: Db, defences: Defences): Queue<Run> {
  const { leaseMs, attempts } = defences.settings('agent-takeover')
  const table = {
    table: sql`agents_runs`,
    id: sql`id`,
    attempts: sql`attempts`,
    due: sql`lease_until`,
    order: sql`asked_at`,
    job: sql`id, user_id as "userId", trace, task, state, attempts`,
    isOpen,
  }
  return createQueue<Run>(db, table, {
    leaseMs: defences.on('agent-takeover') ? leaseMs : undefined,
    attempts,
    backOff: undefined, // a run that failed has failed
  })
}

export function createRuns(db: Db): Runs {
  const isOwnedBy = async (id: string, userId: string) => {
    const { rows } = await sql`
      select 1 from agents_runs where id = ${id} and user_id = ${userId}`.execute(db)
    return rows.length === 1
  }
  return {
    isOwnedBy,
    ask: async ({ id, userId, trace, task }) => {
      await sql`
        insert into agents_runs (id, user_id, trace, task)
        values (${id}, ${userId}, ${trace}, ${JSON.stringify(task)}::jsonb)
        on conflict (id) do nothing`.execute(db)
      return isOwnedBy(id, userId)
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
