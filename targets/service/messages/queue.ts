import { type Kysely, sql } from 'kysely'
import type { Waiting } from '../postgres/lookout.ts'
import type { Job, Lane, NewMessage, Progress, Stage } from './message.ts'

type Db = Kysely<unknown>

interface Accepted {
  readonly id: string
  readonly userId: string
  readonly trace: string
  readonly lane: Lane
  readonly message: NewMessage
}

/** Messages on their way, kept in Postgres until they are done or dead. */
export interface Queue {
  /** In one of the lanes. */
  waiting(lanes: readonly Lane[]): Waiting
  /** False when somebody else already has a message with this id; the same again is harmless. */
  add(accepted: Accepted): Promise<boolean>
  /**
   * The next that is due, of the first lane that has one. Hidden from other workers for a while:
   * one that dies gives it back by that.
   */
  take(lanes: readonly Lane[], leaseMs: number): Promise<Job | undefined>
  /** Locks the message for the transaction; false when the lease was lost to another worker. */
  holds(trx: Db, job: Job): Promise<boolean>
  done(trx: Db, job: Job): Promise<void>
  /** Tried again after so long, or dead without. Not when the lease was lost. */
  failed(job: Job, reason: string, retryInMs?: number): Promise<void>
  /** Due again after so long, as if it had not been tried. Not when the lease was lost. */
  postponed(job: Job, dueInMs: number): Promise<void>
  /** Adds to the story of a message. */
  note(trx: Db, id: string, stage: Omit<Stage, 'at'>): Promise<void>
  find(id: string): Promise<Progress | undefined>
  dead(limit: number): Promise<readonly Progress[]>
  /** A dead one from its first attempt again; false when there is none. */
  redrive(id: string, by: string): Promise<boolean>
  counts(): Promise<{ readonly waiting: number; readonly dead: number }>
}

const columns = sql`id, user_id as "userId", trace, kind, body, in_reply_to as "inReplyTo", lane,
  attempts`
const progress = sql`${columns}, state, reason, stages`

/** JSON to be added at the end of `stages`; the time is the database's, as all its times are. */
function entry(stage: Omit<Stage, 'at'>) {
  return sql`jsonb_build_array(${JSON.stringify(stage)}::jsonb ||
    jsonb_build_object('at', to_char(clock_timestamp() at time zone 'utc',
      'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))`
}

export function createQueue(db: Db): Queue {
  const rows = async <Row>(query: ReturnType<typeof sql<Row>>) => (await query.execute(db)).rows
  const isDue = (lanes: readonly Lane[]) =>
    sql`state = 'waiting' and due_at <= now() and lane = any (${lanes}::text[])`
  return {
    waiting: lanes => sql`exists (select from messages_jobs where ${isDue(lanes)})`,
    add: async ({ id, userId, trace, lane, message }) => {
      const inReplyTo = message.kind === 'reply' ? message.inReplyTo : null
      await sql`
        insert into messages_jobs (id, user_id, trace, kind, body, in_reply_to, lane, stages)
        values (${id}, ${userId}, ${trace}, ${message.kind}, ${message.body}, ${inReplyTo},
          ${lane}, ${entry({ stage: 'received' })} || ${entry({ stage: 'routed', lane })})
        on conflict (id) do nothing`.execute(db)
      const owner = sql<{ userId: string }>`
        select user_id as "userId" from messages_jobs where id = ${id}`
      return (await rows(owner))[0]?.userId === userId
    },
    take: async (lanes, leaseMs) => {
      const query = sql<Job>`
        update messages_jobs
        set attempts = attempts + 1,
            due_at = clock_timestamp() + make_interval(secs => ${leaseMs / 1_000})
        where id = (
          select id from messages_jobs
          where ${isDue(lanes)}
          order by array_position(${lanes}::text[], lane), received_at
          limit 1
          for update skip locked)
        returning ${columns}`
      return (await rows(query))[0]
    },
    holds: async (trx, { id, attempts }) => {
      const { rows } = await sql`
        select 1 from messages_jobs
        where id = ${id} and attempts = ${attempts} and state = 'waiting'
        for update`.execute(trx)
      return rows.length === 1
    },
    done: async (trx, { id, attempts }) => {
      await sql`
        update messages_jobs
        set state = 'done', stages = stages || ${entry({ stage: 'stored', attempt: attempts })}
        where id = ${id} and state = 'waiting'`.execute(trx)
    },
    failed: async ({ id, attempts }, reason, retryInMs) => {
      const isDead = retryInMs === undefined
      const failure = entry({
        stage: 'failed',
        attempt: attempts,
        reason,
        ...(!isDead && { retryInMs }),
      })
      const story = isDead ? sql`${failure} || ${entry({ stage: 'dead', reason })}` : failure
      await sql`
        update messages_jobs
        set state = ${isDead ? 'dead' : 'waiting'}, reason = ${reason}, stages = stages || ${story},
            due_at = clock_timestamp() + make_interval(secs => ${(retryInMs ?? 0) / 1_000})
        where id = ${id} and attempts = ${attempts} and state = 'waiting'`.execute(db)
    },
    postponed: async ({ id, attempts }, dueInMs) => {
      await sql`
        update messages_jobs
        set attempts = attempts - 1,
            due_at = clock_timestamp() + make_interval(secs => ${dueInMs / 1_000})
        where id = ${id} and attempts = ${attempts} and state = 'waiting'`.execute(db)
    },
    note: async (trx, id, stage) => {
      await sql`
        update messages_jobs set stages = stages || ${entry(stage)} where id = ${id}`.execute(trx)
    },
    find: async id =>
      (await rows(sql<Progress>`select ${progress} from messages_jobs where id = ${id}`))[0],
    dead: limit =>
      rows(sql<Progress>`
        select ${progress} from messages_jobs where state = 'dead'
        order by received_at limit ${limit}`),
    redrive: async (id, by) => {
      const query = sql`
        update messages_jobs
        set state = 'waiting', attempts = 0, reason = null, due_at = now(),
            stages = stages || ${entry({ stage: 'redriven', by })}
        where id = ${id} and state = 'dead'
        returning id`
      return (await rows(query)).length === 1
    },
    counts: async () => {
      const query = sql<{ waiting: number; dead: number }>`
        select count(*) filter (where state = 'waiting') as waiting,
          count(*) filter (where state = 'dead') as dead
        from messages_jobs where state in ('waiting', 'dead')`
      return (await rows(query))[0] ?? { waiting: 0, dead: 0 }
    },
  }
}
