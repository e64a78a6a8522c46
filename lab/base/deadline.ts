import type { Clock } from './clock.ts'
import { LabError } from './errors.ts'

/** What is disposed of in time, or else throws: an end that never comes must not hang who waits for it. */
export function endedInTime(
  what: string,
  ms: number,
  one: AsyncDisposable,
  clock: Clock,
): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      await inTime(what, ms, Promise.resolve(one[Symbol.asyncDispose]()), clock)
    },
  }
}

/**
 * The work's value, or an error after `ms` that names what was waited for: `postgres to start`. The
 * work itself goes on, and its late end is ignored.
 * @throws {LabError} `too-slow`
 */
export async function inTime<Value>(
  what: string,
  ms: number,
  work: Value | Promise<Value>,
  clock: Clock,
): Promise<Value> {
  const done = new AbortController()
  const late = clock.sleep(ms, done.signal).then((): never => {
    throw new LabError({
      code: 'too-slow',
      expected: `${what} within ${ms} ms`,
      found: 'no answer by then',
      why: 'Whoever waits without a bound hangs with whatever it waits for.',
      next: 'Look at the logs in the run folder; a busy machine is slow, so run again when it is not.',
    })
  })
  late.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    done.abort()
  }
}
