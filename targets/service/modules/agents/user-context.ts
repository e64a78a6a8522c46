import { type Kysely, sql } from 'kysely'
import type { Task } from './run.ts'

/** What an agent may touch while it works for one person: that person's facts, and nothing else. */
export interface UserContext extends Disposable {
  readonly userId: string
  /** @throws when it is over, or a fact is known already. */
  use(task: Task): Promise<unknown>
}

/** Makes a fresh context for each piece of work. */
export interface UserContexts {
  open(userId: string, trx: Kysely<unknown>): UserContext
  /** How many are not cleaned up yet. */
  readonly count: number
}

export function createUserContexts(): UserContexts {
  const alive = new Set<UserContext>()
  return {
    get count() {
      return alive.size
    },
    open: (userId, trx) => {
      const context: UserContext = {
        userId,
        use: async task => {
          if (!alive.has(context)) throw new Error('This context is over.')
          if (task.tool === 'recall') return { facts: await factsOf(trx, userId) }
          for (const fact of task.facts) await learn(trx, userId, fact)
          return { learnt: task.facts.length }
        },
        [Symbol.dispose]: () => void alive.delete(context),
      }
      alive.add(context)
      return context
    },
  }
}

async function factsOf(trx: Kysely<unknown>, userId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ fact: string }>`
    select fact from agents_facts where user_id = ${userId} order by fact`.execute(trx)
  return rows.map(({ fact }) => fact)
}

async function learn(trx: Kysely<unknown>, userId: string, fact: string): Promise<void> {
  const { rows } = await sql`
    insert into agents_facts (user_id, fact) values (${userId}, ${fact})
    on conflict on constraint agents_facts_once do nothing
    returning fact`.execute(trx)
  if (rows.length === 0) throw new Error('One of these facts is known already.')
}
