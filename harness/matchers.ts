import { z } from 'zod'
import { printable } from '../lab/base/printable.ts'
import type { Conclusion } from '../lab/verdict/conclusion.ts'
import { whyNotHeld } from '../lab/vitest/index.ts'
import type { FaultInForce } from './fault-in-force.ts'
import { type ReadBack, Writes } from './writes.ts'

interface Matched {
  readonly pass: boolean
  readonly message: () => string
}

/**
 * A fault has touched something: `await expect(fault).toHaveLanded()`, or at least so much. What it
 * counts (messages, bytes, connections) is its own.
 */
export async function toHaveLanded(received: unknown, least = 1): Promise<Matched> {
  const fault = demand(isFault, received, 'a fault in force', 'toHaveLanded')
  const landed = await fault.landed()
  const words = `${fault.label} touched ${landed}`
  return {
    pass: landed >= least,
    message: () => `${words}, expected ${landed >= least ? 'less than' : 'at least'} ${least}`,
  }
}

/** The verdict of an experiment is held: `await expect(runExperiment('name')).toHold()`. */
export async function toHold(received: unknown): Promise<Matched> {
  const conclusion = demand(isConclusion, await received, 'what runExperiment() gives', 'toHold')
  const why = whyNotHeld(conclusion)
  return {
    pass: why === undefined,
    message: () => why ?? `${printable(conclusion.experiment)} held, and was expected not to`,
  }
}

/**
 * Confirmed writes are found once, refused ones are not:
 * `await expect(writes).toLoseNoWrites(key => rowsOf(key))`. Nothing confirmed is a failure too: then
 * nothing could have been lost.
 */
export async function toLoseNoWrites(received: unknown, read: ReadBack): Promise<Matched> {
  const writes = demand(isWrites, received, 'what recordWrites() gives', 'toLoseNoWrites')
  const { word, story } = await writes.judge(read)
  // Neither is proved where nobody can tell.
  if (word === 'unknown') throw new Error(printable(`Nobody can tell: ${story}`))
  return { pass: word === 'valid', message: () => printable(story) }
}

const isWrites = z.instanceof(Writes)
const isFault = z.custom<FaultInForce>(
  value => z.object({ label: z.string(), landed: z.function() }).safeParse(value).success,
)
const isConclusion = z.custom<Conclusion>(
  value => z.object({ experiment: z.string(), verdict: z.string() }).safeParse(value).success,
)

function demand<Value>(
  shape: z.ZodType<Value>,
  received: unknown,
  what: string,
  matcher: string,
): Value {
  const parsed = shape.safeParse(received)
  if (parsed.success) return parsed.data
  throw new TypeError(`expect(…).${matcher}() takes ${what}; found ${typeof received}`)
}
