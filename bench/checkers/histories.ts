import { seeded } from '../../lab/base/random.ts'
import type { Entry, Journal } from '../../lab/journal/journal.ts'

/** What a generated history is like. */
export interface Shape {
  readonly name: string
  readonly title: string
  readonly operations: number
  readonly keys: number
  readonly clients: number
  /** Besides reads and writes. */
  readonly appends: boolean
  /** One read in the middle is made wrong. */
  readonly broken: boolean
}

interface Operation {
  readonly client: number
  readonly key: string
  readonly f: 'read' | 'write' | 'append'
  /** What was written, appended or read. */
  value: string
  readonly from: number
  until: number
}

export interface Generated {
  readonly name: string
  readonly operations: readonly Operation[]
}

const usual = { operations: 20_000, keys: 1, clients: 5, appends: false, broken: false }

export const shapes: readonly Shape[] = [
  { ...usual, name: 'register-1-key', title: 'register, 20,000 operations on 1 key, 5 clients' },
  {
    ...{ ...usual, keys: 20, clients: 20 },
    name: 'register-20-keys',
    title: 'register, 20,000 operations on 20 keys, 20 clients',
  },
  {
    ...{ ...usual, keys: 20, clients: 20, broken: true },
    name: 'register-broken',
    title: 'the same with a wrong read',
  },
  {
    ...{ ...usual, keys: 100, clients: 20, appends: true },
    name: 'kv',
    title: 'key-value store with appends, 20,000 operations on 100 keys, 20 clients',
  },
]

/** A right store, each of whose operations takes effect at a random moment of its time. */
export function generate({ name, operations, keys, clients, appends, broken }: Shape): Generated {
  const random = seeded(1).fork(name)
  const state = new Map<string, string>()
  const all: Operation[] = []
  const open: { operation: Operation; isDone: boolean }[] = []
  for (let now = 0; all.length < operations || open.length > 0; now++) {
    if (all.length < operations && open.length < clients && random.next() < 0.4) {
      const f = random.pick<Operation['f']>(
        appends ? ['read', 'write', 'append', 'append'] : ['read', 'write'],
      )
      const key = `k${random.integer(0, keys - 1)}`
      const client = all.length % clients
      const value = appends ? `${all.length} ` : `${random.integer(0, 9)}`
      const operation: Operation = { client, key, f, value, from: now, until: 0 }
      all.push(operation)
      open.push({ operation, isDone: false })
      continue
    }
    const place = random.integer(0, open.length - 1)
    const call = open[place]
    if (!call) continue
    if (call.isDone) {
      call.operation.until = now
      open.splice(place, 1)
    } else perform(call.operation, state)
    call.isDone = true
  }
  const read = all.slice(all.length / 2).find(({ f }) => f === 'read')
  if (broken && read) read.value = 'never written'
  return { name, operations: all }
}

function perform(operation: Operation, state: Map<string, string>): void {
  const { key, f } = operation
  const before = state.get(key) ?? ''
  if (f === 'read') operation.value = before
  else state.set(key, f === 'append' ? before + operation.value : operation.value)
}

/** The same as a journal tells it. */
export function journalOf({ operations }: Generated): Journal {
  const events = operations.flatMap((operation, op) => {
    const { client, key, f, value, from, until } = operation
    const common = { workload: 'bench', op, client, f, source: 'lab' } as const
    const input = f === 'read' ? null : value
    const outcome = { kind: 'ok', value: f === 'read' ? value : null } as const
    return [
      { ...common, kind: 'invoke', key, input, intendedMs: from, atMs: from, index: 0 } as const,
      {
        ...common,
        kind: 'complete',
        outcome,
        latencyMs: until - from,
        atMs: until,
        index: 0,
      } as const,
    ]
  })
  return events
    .toSorted((a, b) => a.atMs - b.atMs)
    .map((event, index): Entry => ({ ...event, index }))
}
