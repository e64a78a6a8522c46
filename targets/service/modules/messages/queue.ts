import { type Kysely, sql } from 'kysely'
import type { Defences } from '../../defences.ts'
import type { Policy } from '../../queue/policy.ts'
import { createQueue, type Queue, type Which } from '../../queue/queue.ts'
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
export interface MessageQueue
  extends Pick<Queue<Job>, 'policy' | 'waiting' | 'take' | 'hold' | 'postpone'> {
  /** False when somebody else already has a message with this id; the same again is harmless. */
  add(accepted: Accepted): Promise<boolean>
  done(trx: Db, job: Job): Promise<void>
  /** Tried again after so long, or dead without. Not when the lease was lost. */
  failed(job: Job, reason: string, retryInMs?: number): Promise<void>
  /** Adds to the story of a message. */
  note(trx: Db, id: string, stage: Omit<Stage, 'at'>): Promise<void>
  /**
   * Whether what it replies to was received before it and is still on its way. Not the other way round,
   * so that no two wait for each other.
   */
  isBehind(trx: Db, job: Job): Promise<boolean>
  find(id: string): Promise<Progress | undefined>
  dead(limit: number): Promise<readonly Progress[]>
  /** A dead one from its first attempt again; false when there is none. */
  redrive(id: string, by: string): Promise<boolean>
  counts(): Promise<Counts>
}

export interface Counts {
  readonly waiting: number
  readonly dead: number
  /** How long ago the oldest that is on its way was received; 0 when there is none. */
  readonly oldestSeconds: number
}

/** Those of the first lane that has one come first. */
export function inLanes(lanes: readonly Lane[]): Which {
  return {
    only: sql`lane = any (${lanes}::text[])`,
    order: sql`array_position(${lanes}::text[], lane), received_at`,
  }
}

function policyFrom(defences: Defences): Policy {
  const { leaseMs } = defences.settings('message-lease')
  const { attempts } = defences.settings('dead-letter-queue')
  const backOff = defences.settings('message-backoff')
  return {
    leaseMs: defences.on('message-lease') ? leaseMs : undefined,
    attempts: defences.on('dead-letter-queue') ? attempts : undefined,
    backOff: defences.on('message-backoff') ? backOff : undefined,
  }
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

const table = {
  table: sql`messages_jobs`,
  id: sql`id`,
  attempts: sql`attempts`,
  due: sql`due_at`,
  order: sql`received_at`,
  job: columns,
  isOpen: sql`state = 'waiting'`,
}

export function openMessageQueue(db: Db, defences: Defences): MessageQueue {
  const queue = createQueue<Job>(db, table, policyFrom(defences))
  const rows = async <Row>(query: ReturnType<typeof sql<Row>>) => (await query.execute(db)).rows
  const { policy, waiting, take, hold, postpone } = queue
  return {
    policy,
    waiting,
    take,
    hold,
    postpone,
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
    done: (trx, job) => {
      const stored = entry({ stage: 'stored', attempt: job.attempts })
      return queue.done(trx, job, sql`state = 'done', stages = stages || ${stored}`)
    },
    failed: (job, reason, retryInMs) => {
      const failure = { stage: 'failed', attempt: job.attempts, reason } as const
      const because = sql`reason = ${reason}, stages = stages`
      if (retryInMs !== undefined) {
        const story = entry({ ...failure, retryInMs })
        return queue.again(job, retryInMs, sql`${because} || ${story}`)
      }
      const story = sql`${entry(failure)} || ${entry({ stage: 'dead', reason })}`
      return queue.bury(job, sql`state = 'dead', ${because} || ${story}`)
    },
    note: async (trx, id, stage) => {
      await sql`
        update messages_jobs set stages = stages || ${entry(stage)} where id = ${id}`.execute(trx)
    },
    isBehind: async (trx, { id, userId, inReplyTo }) => {
      const { rows } = await sql`
        select 1 from messages_jobs as job join messages_jobs as before
          on before.received_at < job.received_at
        where job.id = ${id} and before.id = ${inReplyTo} and before.user_id = ${userId}
          and before.state = 'waiting'`.execute(trx)
      return rows.length > 0
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
      const query = sql<Counts>`
        select count(*) filter (where state = 'waiting') as waiting,
          count(*) filter (where state = 'dead') as dead,
          coalesce(extract(epoch from now() - min(received_at) filter (where state = 'waiting')), 0)::float
            as "oldestSeconds"
        from messages_jobs where state in ('waiting', 'dead')`
      return (await rows(query))[0] ?? { waiting: 0, dead: 0, oldestSeconds: 0 }
    },
  }
}
