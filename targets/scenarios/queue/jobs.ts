import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { sql } from 'kysely'
import { createDefences } from '../../service/defences.ts'
import { clockOf } from '../../service/modules/data/clock.ts'
import type { Engine } from '../../service/modules/data/engine.ts'
import { openEngine } from '../../service/modules/data/open-engine.ts'
import { counting } from '../../service/queue/dialect.ts'
import type { Policy } from '../../service/queue/policy.ts'
import { createQueue, type Queue, type Taken } from '../../service/queue/queue.ts'
import type { Place } from '../servers.ts'

export interface Job extends Taken {
  readonly lane: string
  readonly state: string
}

export const policy: Policy = {
  leaseMs: 60_000,
  attempts: 3,
  backOff: { baseMs: 400, capMs: 1_000 },
}

/** How a queue takes: by one statement, or by two as on MySQL, or where there is one writer. */
export const ways = ['PostgreSQL', 'PostgreSQL by two statements', 'SQLite'] as const

/** A table of jobs, and queues over it as two processes open them. */
export interface Bench extends AsyncDisposable {
  readonly engine: Engine
  clear(): Promise<void>
  open(policy: Policy, process?: 'this' | 'other'): Queue<Job>
  /** One second apart from the first, all due. */
  add(ids: readonly string[], lane?: string): Promise<void>
  /** Of all that have this state. */
  ids(state: string): Promise<readonly string[]>
}

export async function bench(place: Place, way: (typeof ways)[number]): Promise<Bench> {
  const url =
    way === 'SQLite'
      ? `sqlite:${join(place.run.scratchFolder, `${randomUUID()}.sqlite`)}`
      : place.postgres.url
  const engines = { this: openEngine(url), other: openEngine(url) }
  const { db, kind } = engines.this
  const clock = clockOf(kind, createDefences([]))
  const countsTime = way !== 'PostgreSQL'
  const now = countsTime ? clock() : sql`now()`
  const name = sql.table(`queue_jobs_${randomUUID().slice(0, 8)}`)
  await sql`create table ${name} (
    id varchar(40) primary key, place integer not null, lane varchar(40) not null,
    attempts integer not null default 0, due_at ${countsTime ? sql`bigint` : sql`timestamptz`},
    state varchar(40) not null default 'open')`.execute(db)
  let places = 0
  return {
    engine: engines.this,
    open: (policy, process = 'this') => {
      const table = {
        table: name,
        id: sql`id`,
        attempts: sql`attempts`,
        due: sql`due_at`,
        order: sql`place`,
        job: sql`id, attempts, lane, state`,
        isOpen: sql`state = 'open'`,
      }
      const { db, transaction: transact } = engines[process]
      const dialect = counting(clock, kind === 'sqlite')
      return createQueue<Job>(db, table, policy, countsTime ? { dialect, transact } : undefined)
    },
    add: async (ids, lane = 'a') => {
      for (const id of ids) {
        await sql`insert into ${name} (id, place, lane, due_at)
          values (${id}, ${++places}, ${lane}, ${now})`.execute(db)
      }
    },
    clear: async () => {
      await sql`delete from ${name}`.execute(db)
    },
    ids: async state => {
      const query = sql<{ id: string }>`
        select id from ${name} where state = ${state} order by place`
      return (await query.execute(db)).rows.map(({ id }) => id)
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(Object.values(engines).map(engine => engine[Symbol.asyncDispose]()))
    },
  }
}
