import { z } from 'zod'
import type { Json } from '../../../base/json.ts'
import { canonical } from '../canonical.ts'
import type { Asked, Effect, Model } from '../model.ts'

const items = z.array(
  z.union([
    z.tuple([z.literal('read'), z.string(), z.json()]),
    z.tuple([z.literal('write'), z.string(), z.json()]),
  ]),
)
const state = z.record(z.string(), z.json())

/**
 * Several registers that one operation reads and writes together: `[['read', key, null], ['write',
 * key, value], …]`, in this order, answered by the same with what was read. Whatever `f` is.
 */
export function multiRegister(
  options: { readonly initial?: Readonly<Record<string, Json>> } = {},
): Model {
  return {
    name: 'multi-register',
    initial: canonical(options.initial ?? {}),
    perKey: false,
    effectOf,
  }
}

function effectOf({ input, answer }: Asked): Effect | undefined {
  const asked = items.safeParse(input)
  const answered = items.safeParse(answer?.value)
  if (!asked.success || (answer && !answered.success)) return undefined
  const done = answered.data ?? asked.data
  if (done.length !== asked.data.length) return undefined
  if (done.some(([f, key], i) => f !== asked.data[i]?.[0] || key !== asked.data[i]?.[1])) {
    return undefined
  }
  const reads = done.filter(([f]) => f === 'read').length
  return {
    name: `${answer ? '' : 'uncertain '}${canonical(done)}`,
    step: before => stepOf(before, done, answer !== undefined),
    tells: answer !== undefined && reads > 0,
    changes: reads < done.length,
  }
}

function stepOf(before: string, done: z.infer<typeof items>, isKnown: boolean) {
  const registers = new Map(Object.entries(state.parse(JSON.parse(before))))
  for (const [f, key, value] of done) {
    if (f === 'write') registers.set(key, value)
    else if (isKnown && canonical(registers.get(key) ?? null) !== canonical(value)) return undefined
  }
  return canonical(Object.fromEntries(registers))
}
