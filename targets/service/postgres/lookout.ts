import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely'
import type { Logger } from 'pino'
import { every, type Idle, type LoopOptions, loop } from '../resilience/loop.ts'

/** SQL that is true while there is something to take. */
export type Waiting = RawBuilder<boolean>

/**
 * What the loops of a process wait for, looked after in one query for all of them: each by itself
 * would keep an idle process, and its database, busy with asking.
 */
export interface Lookout {
  /**
   * Idle until `waiting` is found true. Of several who wait by the same `Idle` each look wakes one, so
   * the second comes to help only when there is still something to take a look later. A look that
   * fails, as on one table that somebody keeps locked, wakes one of each: they see for themselves.
   */
  until(waiting: Waiting): Idle
  /** For loops that are. */
  loopUntil(waiting: Waiting, signal: AbortSignal): LoopOptions
  /** Looks every 250 ms at what somebody waits for, until the signal aborts. */
  keep(signal: AbortSignal): Promise<void>
}

interface Post {
  readonly waiting: Waiting
  readonly idlers: Set<() => void>
}

const lookEveryMs = 250

export function createLookout(db: QueryExecutorProvider, log: Pick<Logger, 'warn'>): Lookout {
  const posts: Post[] = []
  const wakeOneOf = (post?: Post) => {
    const [first] = post?.idlers ?? []
    first?.()
  }
  const look = async () => {
    const watched = posts.filter(({ idlers }) => idlers.size > 0)
    if (watched.length === 0) return false
    const each = watched.map(({ waiting }, at) => sql`(${sql.lit(at)}, ${waiting})`)
    try {
      const { rows } = await sql<{ at: number }>`
        select at from (values ${sql.join(each)}) as look (at, found) where found`.execute(db)
      for (const { at } of rows) wakeOneOf(watched[at])
    } catch (error) {
      for (const post of watched) wakeOneOf(post)
      throw error
    }
    return false
  }
  const until = (waiting: Waiting): Idle => {
    const post = { waiting, idlers: new Set<() => void>() }
    posts.push(post)
    return signal =>
      new Promise(resolve => {
        const wake = () => {
          post.idlers.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        post.idlers.add(wake)
        signal.addEventListener('abort', wake)
        if (signal.aborted) wake()
      })
  }
  return {
    until,
    loopUntil: (waiting, signal) => ({ idle: until(waiting), signal, log }),
    keep: signal => loop('lookout', look, { idle: every(lookEveryMs), signal, log }),
  }
}
