import { type QueryExecutorProvider as Db, type RawBuilder, sql } from 'kysely'
import type { Waiting } from '../postgres/lookout.ts'
import { type Dialect, postgres } from './dialect.ts'
import { nextFree } from './next-free.ts'
import type { Policy } from './policy.ts'

type Sql = RawBuilder<unknown>

/** What a worker holds for as long as its lease lasts. */
export interface Taken {
  readonly id: string
  /** This one included. By it a lease is told from another's of the same job. */
  readonly attempts: number
}

/** A table of jobs: where their owner keeps what. */
export interface JobTable {
  readonly table: Sql
  /** Columns. */
  readonly id: Sql
  readonly attempts: Sql
  /** When it may be taken: at first, again, or since the lease of whoever has it is over. */
  readonly due: Sql
  /** What is returned of a job, `id` and `attempts` by these names among it. */
  readonly job: Sql
  /** Neither done nor dead. */
  readonly isOpen: Sql
  /** Which is the first of those that are due. */
  readonly order: Sql
  /** Changed besides when a job is taken. */
  readonly taking?: Sql
}

/** Some of the jobs, in an order of their own. */
export interface Which {
  readonly only: Sql
  readonly order: Sql
}

/** Jobs kept in a table until they are done or dead. Several processes take from it. */
export interface Queue<Job extends Taken> {
  readonly policy: Policy
  /** True while a job is due. */
  waiting(which?: Which): Waiting
  /**
   * The first that is due, hidden from all others until its lease is over: a worker that dies gives
   * it back by that.
   */
  take(which?: Which): Promise<Job | undefined>
  /** As it is now, locked for the transaction; nothing when the lease was lost to another worker. */
  hold(trx: Db, job: Taken): Promise<Job | undefined>
  /** Due again after so long, with what else is to be set. Not when the lease was lost. */
  again(job: Taken, dueInMs: number, set?: Sql): Promise<void>
  /** Due again after so long, as if it had not been taken. Not when the lease was lost. */
  postpone(job: Taken, dueInMs: number): Promise<void>
  /** @param set what makes it dead. Not when the lease was lost. */
  bury(job: Taken, set: Sql): Promise<void>
  /**
   * Done is done, whoever holds it by now.
   * @param set what makes it done.
   */
  done(db: Db, job: Taken, set: Sql): Promise<void>
}

/** A job that was taken once stays taken. */
const forEverMs = 100 * 365 * 86_400_000

/** Another database than PostgreSQL. */
export interface Elsewhere {
  readonly dialect: Dialect
  readonly transact: <T>(work: (trx: Db) => Promise<T>) => Promise<T>
}

export function createQueue<Job extends Taken>(
  db: Db,
  { table, id, attempts, due, job: columns, isOpen, order, taking }: JobTable,
  policy: Policy,
  elsewhere?: Elsewhere,
): Queue<Job> {
  const dialect = elsewhere?.dialect ?? postgres
  const leaseMs = policy.leaseMs ?? forEverMs
  const isDue = (which?: Which) => {
    const isDue = sql<boolean>`${isOpen} and ${due} <= ${dialect.now()}`
    return which ? sql<boolean>`${isDue} and ${which.only}` : isDue
  }
  const isHeld = (job: Taken) =>
    sql`${id} = ${job.id} and ${attempts} = ${job.attempts} and ${isOpen}`
  const change = async (db: Db, set: Sql, where: Sql) => {
    await sql`update ${table} set ${set} where ${where}`.execute(db)
  }
  const also = (set?: Sql) => (set ? sql`, ${set}` : sql``)
  const lease = () =>
    sql`${attempts} = ${attempts} + 1, ${due} = ${dialect.after(leaseMs)}${also(taking)}`
  const first = (select: Sql, which?: Which) =>
    nextFree({ table, select, where: isDue(which), order: which?.order ?? order }, dialect.lock)

  const takeAtOnce = async (which?: Which) => {
    const { rows } = await sql<Job>`
      update ${table} set ${lease()} where ${id} = (${first(id, which)}) returning ${columns}
    `.execute(db)
    return rows[0]
  }
  const takeByTwo = ({ transact }: Elsewhere, which?: Which) =>
    transact(async trx => {
      const { rows } = await sql<Job>`${first(columns, which)}`.execute(trx)
      const [job] = rows
      if (!job) return undefined
      await change(trx, lease(), sql`${id} = ${job.id}`)
      return { ...job, attempts: Number(job.attempts) + 1 }
    })

  return {
    policy,
    waiting: which => sql`exists (select from ${table} where ${isDue(which)})`,
    take: which => (elsewhere ? takeByTwo(elsewhere, which) : takeAtOnce(which)),
    hold: async (trx, job) => {
      const { rows } = await sql<Job>`
        select ${columns} from ${table} where ${isHeld(job)} for update`.execute(trx)
      return rows[0]
    },
    again: (job, dueInMs, set) =>
      change(db, sql`${due} = ${dialect.after(dueInMs)}${also(set)}`, isHeld(job)),
    postpone: (job, dueInMs) => {
      const back = sql`${attempts} = ${attempts} - 1, ${due} = ${dialect.after(dueInMs)}`
      return change(db, back, isHeld(job))
    },
    bury: (job, set) => change(db, set, isHeld(job)),
    done: (db, job, set) => change(db, set, sql`${id} = ${job.id} and ${isOpen}`),
  }
}
