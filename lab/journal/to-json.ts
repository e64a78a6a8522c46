import { createHash } from 'node:crypto'
import { types } from 'node:util'
import type { Json } from '../base/json.ts'

/** Deeper values are recorded as a digest: readers of JSON go as deep as their stack. */
const deepest = 100

/**
 * Any value as JSON that reads back: unequal values stay unequal. What JSON has no word for becomes
 * `{ $lab: kind, value }`:
 *
 * | value | kind | value |
 * | --- | --- | --- |
 * | `undefined` (not as a member: such a member is left out) | `undefined` | none |
 * | `NaN`, `Infinity` (`-0` is 0) | `number` | its name |
 * | bigint, Date, bytes | `bigint`, `date`, `bytes` | digits, ISO 8601, base64 |
 * | Map, Set | `map`, `set` | entries, members |
 * | Error | `error` | `name: message` |
 * | an object that holds itself | `cycle` | how many levels above |
 * | deeper than 100 levels | `deep` | SHA-256 of its content |
 * | an object with a member `$lab` or `__proto__` | `object` | entries |
 * | a function, a symbol, what throws when it is read | `other` | what it says of itself |
 *
 * Of other objects the enumerable members count, and `toJSON` where they have it. What is JSON already
 * comes back as it is, not copied.
 */
export function toJson(value: unknown): Json {
  return convert(value, [])
}

/** Members of a journal's entry, or of its outcome, that hold what users gave, `undefined` too. */
const given = ['input', 'value', 'detail']

/** An entry of the journal, whose members may hold anything, with all of them as JSON. */
export function recordable<Entry extends object>(entry: Entry): Entry {
  const changed = Object.entries(entry).flatMap(([name, member]) => {
    if (member === undefined && !given.includes(name)) return []
    const json = name === 'outcome' ? recordable(member) : convert(member, [])
    return json === member ? [] : [[name, json] as const]
  })
  return changed.length === 0 ? entry : { ...entry, ...Object.fromEntries(changed) }
}

function convert(value: unknown, above: object[]): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : tagged('number', `${value}`)
    case 'bigint':
      return tagged('bigint', `${value}`)
    case 'undefined':
      return { $lab: 'undefined' }
    case 'object':
      return value === null ? null : convertObject(value, above)
    default:
      return tagged('other', String(value))
  }
}

function convertObject(value: object, above: object[]): Json {
  const seen = above.lastIndexOf(value)
  if (seen >= 0) return tagged('cycle', above.length - seen)
  if (above.length >= deepest) return tagged('deep', digest(value))
  above.push(value)
  try {
    return special(value, above) ?? plain(value, above)
  } catch (error) {
    return tagged('other', `it cannot be read: ${error instanceof Error ? error.message : ''}`)
  } finally {
    above.pop()
  }
}

function special(value: object, above: object[]): Json | undefined {
  if (Array.isArray(value)) return list(value, above)
  if (value instanceof Date) {
    return tagged('date', Number.isNaN(value.valueOf()) ? 'invalid' : value.toISOString())
  }
  if (value instanceof Map) return tagged('map', list([...value], above))
  if (value instanceof Set) return tagged('set', list([...value], above))
  if (value instanceof Error) return tagged('error', `${value.name}: ${value.message}`)
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value
    return tagged('bytes', Buffer.from(buffer, byteOffset, byteLength).toString('base64'))
  }
  if (value instanceof RegExp) return tagged('other', String(value))
  if ('toJSON' in value && typeof value.toJSON === 'function') return convert(value.toJSON(), above)
  return types.isBoxedPrimitive(value) ? convert(value.valueOf(), above) : undefined
}

function list(values: readonly unknown[], above: object[]): Json {
  // Not `map`, which leaves holes where there are holes.
  const converted = Array.from(values, member => convert(member, above))
  return converted.every((member, i) => member === values[i]) ? (values as Json[]) : converted
}

function plain(value: object, above: object[]): Json {
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  const converted = members.map(([name, member]) => [name, convert(member, above)] as const)
  if (members.some(([name]) => name === '$lab' || name === '__proto__')) {
    return tagged('object', converted)
  }
  const isSame = converted.every(([, member], i) => member === members[i]?.[1])
  const { length } = Object.keys(value)
  const isJson = isSame && length === members.length
  return isJson ? (value as Json) : Object.fromEntries(converted)
}

function tagged(kind: string, value: Json): Json {
  return { $lab: kind, value }
}

/** Without recursion. Of an object that stands in it twice, the second counts as a mark. */
function digest(root: object): string {
  const hash = createHash('sha256')
  const seen = new Set<unknown>()
  const waiting: unknown[] = [root]
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value !== 'object' || value === null)
      hash.update(`${typeof value} ${String(value)};`)
    else if (seen.has(value)) hash.update('again;')
    else {
      seen.add(value)
      const members = Object.entries(value)
      hash.update(`${Array.isArray(value)} ${JSON.stringify(members.map(([name]) => name))};`)
      for (const [, member] of members) waiting.push(member)
    }
  }
  return hash.digest('hex')
}
