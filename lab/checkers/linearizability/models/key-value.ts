import type { Json } from '../../../base/json.ts'
import { canonical } from '../canonical.ts'
import type { Asked, Effect, Model } from '../model.ts'
import { comparing, reading, writing } from './register.ts'

const nothing = 'null'

/**
 * One value per key, of which an empty text is the same as nothing: `read` (or `get`), `write`
 * (`put`, `set`), `cas` as in a register; `append` to
 * a text or a list, of which nothing is an empty one; `delete` (`remove`), which answers whether
 * there was something, or nothing of the kind; `increment` (`add`) by its input, default 1, of which
 * nothing is 0, and which answers the sum, or nothing of the kind.
 */
export function keyValue(options: { readonly initial?: Json } = {}): Model {
  return {
    name: 'key-value store',
    initial: canonical(options.initial ?? null),
    perKey: true,
    effectOf: asked => operations[asked.f]?.(asked),
  }
}

const write = ({ input }: Asked) => writing(canonical(input === '' ? null : input))
const read = (asked: Asked) =>
  reading(asked.answer?.value === '' ? { ...asked, answer: { value: null } } : asked)

const operations: Readonly<Record<string, (asked: Asked) => Effect | undefined>> = {
  read,
  get: read,
  write,
  put: write,
  set: write,
  cas: comparing,
  append: appending,
  delete: deleting,
  remove: deleting,
  increment: incrementing,
  add: incrementing,
}

function appending({ input }: Asked): Effect {
  const item = canonical(input)
  const empty = typeof input === 'string' ? '""' : '[]'
  const step = (state: string) => {
    const before = state === nothing ? empty : state
    // Texts are joined within their quotes, items within their brackets.
    if (before.startsWith('"')) {
      return item.startsWith('"') ? before.slice(0, -1) + item.slice(1) : undefined
    }
    if (!before.startsWith('[')) return undefined
    return `${before.slice(0, -1)}${before === '[]' ? '' : ','}${item}]`
  }
  return { name: `append ${item}`, step, tells: false, changes: true }
}

function deleting({ answer }: Asked): Effect {
  const value = answer?.value
  if (value === true || value === 1) {
    const step = (state: string) => (state === nothing ? undefined : nothing)
    return { name: 'delete something', step, tells: true, changes: true, makes: nothing }
  }
  if (value === false || value === 0) {
    return { ...reading({ f: '', input: null, answer: { value: null } }), name: 'delete nothing' }
  }
  return writing(nothing)
}

function incrementing({ input, answer }: Asked): Effect | undefined {
  const by = input === null ? 1 : input
  if (typeof by !== 'number') return undefined
  const sum = typeof answer?.value === 'number' ? canonical(answer.value) : undefined
  const step = (state: string) => {
    const next = String(Number(state === nothing ? '0' : state) + by)
    return next === 'NaN' || (sum !== undefined && next !== sum) ? undefined : next
  }
  const name = `increment ${by} ${sum}`
  return { name, step, tells: sum !== undefined, changes: true }
}
