import { type RawBuilder, sql } from 'kysely'
import { pastOthers } from './next-free.ts'

/** How a database says what a queue asks of it. */
export interface Dialect {
  readonly now: () => RawBuilder<unknown>
  /** The time so long from now. */
  readonly after: (ms: number) => RawBuilder<unknown>
  /** Of the rows that are read to be changed. */
  readonly lock: RawBuilder<unknown>
}

export const postgres: Dialect = {
  now: () => sql`now()`,
  after: ms => sql`clock_timestamp() + make_interval(secs => ${ms / 1_000})`,
  lock: pastOthers,
}

/**
 * One whose times are numbers.
 * @param clock now, in milliseconds.
 */
export function counting(clock: () => RawBuilder<number>, isOneWriter: boolean): Dialect {
  return {
    now: clock,
    // Whole milliseconds: a back-off has fractions, which some refuse.
    after: ms => sql`${clock()} + ${Math.ceil(ms)}`,
    lock: isOneWriter ? sql`` : pastOthers,
  }
}
