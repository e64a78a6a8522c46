import type { Clock } from './clock.ts'

/** The work's value, or an error after `ms`; the work itself goes on, and its late end is ignored. */
export async function within<Value>(
  ms: number,
  work: Value | Promise<Value>,
  clock: Clock,
): Promise<Value> {
  const done = new AbortController()
  const late = clock.sleep(ms, done.signal).then((): never => {
    throw new Error(`no answer within ${ms} ms`)
  })
  late.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    done.abort()
  }
}
