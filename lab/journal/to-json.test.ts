import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../base/clock.ts'
import type { Json } from '../base/json.ts'
import { readJournal } from './read-journal.ts'
import { JournalFile } from './recorder.ts'
import { toJson } from './to-json.ts'

const tag = z.strictObject({ $lab: z.string(), value: z.json().optional() })
const pairs = z.array(z.tuple([z.json(), z.json()]))

/** Back from what was recorded, as the table says. */
function decode(json: Json): unknown {
  if (Array.isArray(json)) return json.map(decode)
  if (typeof json !== 'object' || json === null) return json
  const tagged = tag.safeParse(json)
  if (tagged.success) return untag(tagged.data)
  return Object.fromEntries(Object.entries(json).map(([name, one]) => [name, decode(one ?? null)]))
}

function untag({ $lab, value = null }: z.infer<typeof tag>): unknown {
  if ($lab === 'undefined') return undefined
  if ($lab === 'number') return Number(value)
  if ($lab === 'bigint') return BigInt(String(value))
  if ($lab === 'date') return new Date(String(value))
  if ($lab === 'map') return new Map(pairs.parse(value).map(([a, b]) => [decode(a), decode(b)]))
  if ($lab === 'set') return new Set(z.array(z.json()).parse(value).map(decode))
  if ($lab !== 'object') return { $lab, value }
  const members = pairs.parse(value).map(([name, one]) => [String(name), decode(one)] as const)
  return Object.fromEntries(members)
}

async function recorded(values: readonly unknown[]): Promise<readonly Json[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-to-json-'))
  const file = join(folder, 'journal.jsonl')
  try {
    using recorder = new JournalFile({ file, clock: systemClock })
    for (const value of values) {
      const unsafe: { readonly value: Json } = JSON.parse('{"value":null}')
      const event = { kind: 'observed', workload: 'w', client: 0, what: 'x', ...unsafe } as const
      recorder.record(Object.assign(event, { value }))
    }
    const entries = await readJournal(file)
    expect(entries).toEqual(recorder.readBack())
    return entries.flatMap(entry => (entry.kind === 'observed' ? [entry.value] : []))
  } finally {
    await rm(folder, { recursive: true })
  }
}

const zeroed = (value: number) => (value === 0 ? 0 : value)
const named = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, undefined)
const anything = fc.anything({
  // A zero is a zero: JSON has no other.
  values: [fc.string(), fc.double().map(zeroed), fc.boolean(), fc.constant(null), named],
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withSparseArray: true,
  withNullPrototype: true,
  key: fc.oneof(fc.string(), fc.constantFrom('$lab', '__proto__', 'toString', 'value')),
  maxDepth: 4,
})

test('anything is recorded, read, and equal to what it was', async () => {
  const kinds = new Map<string, number>()
  const property = fc.asyncProperty(fc.array(anything, { minLength: 20 }), async values => {
    const read = await recorded(values)
    expect(read.map(decode)).toEqual(values)
    for (const kind of JSON.stringify(read).matchAll(/"\$lab":"(\w+)"/g)) {
      kinds.set(kind[1] ?? '', (kinds.get(kind[1] ?? '') ?? 0) + 1)
    }
  })
  await fc.assert(property, { numRuns: 60 })
  for (const kind of ['undefined', 'number', 'bigint', 'date', 'map', 'set', 'object']) {
    expect(kinds.get(kind), kind).toBeGreaterThan(10)
  }
})

test('a latency of minus zero, which rounding makes, reads back as zero', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-to-json-'))
  const file = join(folder, 'journal.jsonl')
  const told = { kind: 'complete', workload: 'w', op: 0, client: 0, f: 'read' } as const
  {
    using recorder = new JournalFile({ file, clock: systemClock })
    recorder.record({ ...told, outcome: { kind: 'ok', value: [-0] }, latencyMs: -0 })
  }
  const [entry] = await readJournal(file)
  expect(entry).toMatchObject({ outcome: { value: [0] }, latencyMs: 0 })
  await rm(folder, { recursive: true })
})

test('unequal values are recorded as unequal ones', () => {
  const all = [undefined, null, 'undefined', Number.NaN, 'NaN', 0, 1, 1n, '1', true, [], {}]
  const more = [{ $lab: 'undefined' }, [undefined], [null], new Map(), new Set(), new Date(0), '']
  const texts = [...all, ...more].map(value => JSON.stringify(toJson(value)))
  expect(new Set(texts).size).toBe(all.length + more.length)
})

test('what is JSON already is not copied', () => {
  const value = { a: [1, { b: null }], c: 'x' }
  expect(toJson(value)).toBe(value)
})

function nested(levels: number, core: Json): Json {
  let value = core
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

test('what is nested too deep for a reader is recorded by its digest', async () => {
  const [one, same, other, less] = await recorded([
    nested(20_000, 1),
    nested(20_000, 1),
    nested(20_000, 2),
    nested(90, 1),
  ])
  expect(JSON.stringify(one)).toMatch(/"\$lab":"deep","value":"[0-9a-f]{64}"/)
  expect(same).toEqual(one)
  expect(other).not.toEqual(one)
  expect(less).toEqual(nested(90, 1))
})

test('a cycle, a getter that throws, a function and an error are recorded as such', async () => {
  const cycle: { self?: object } = {}
  cycle.self = { cycle }
  const hostile = {
    get x() {
      throw new Error('no')
    },
  }
  const values = [cycle, hostile, new Proxy({}, { ownKeys: () => ['a', 'a'] }), new Error('late')]
  const read = await recorded([...values, () => 1, Symbol('s'), Buffer.from('hi'), /x/])
  expect(read).toMatchObject([
    { self: { cycle: { $lab: 'cycle', value: 2 } } },
    { $lab: 'other', value: 'it cannot be read: no' },
    { $lab: 'other' },
    { $lab: 'error', value: 'Error: late' },
    { $lab: 'other' },
    { $lab: 'other', value: 'Symbol(s)' },
    { $lab: 'bytes', value: 'aGk=' },
    { $lab: 'other', value: '/x/' },
  ])
})
