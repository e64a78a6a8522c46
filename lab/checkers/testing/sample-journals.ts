import type { Journal } from '../../journal/journal.ts'
import type { Told } from '../shared/journal-of.ts'
import { finalReads, ok, operation, operations, refused, sampleRun, wire } from './sample-run.ts'

export function written(): Journal {
  const found = Object.fromEntries(Array.from({ length: 200 }, (_, op) => [`k${op}`, op]))
  return sampleRun(
    operations(() => ({})),
    finalReads(found),
  )
}

export function chat(): Journal {
  const observed = (
    client: number,
    what: string,
    value: { channel: string },
    atMs: number,
  ): Told => {
    return { kind: 'observed', workload: 'w', client, what, value, atMs }
  }
  const channel = 'room'
  return sampleRun(
    [1, 2].map(client => observed(client, 'subscribed', { channel }, 1)),
    operations(op => ({
      ...{ f: 'send', client: 9, input: { id: `m${op}` } },
      outcome: ok({ id: `m${op}`, channel }),
    })),
    Array.from({ length: 200 }, (_, op) => op).flatMap(op =>
      [1, 2].map(client => {
        const frame = { channel, id: `m${op}`, seq: op }
        return observed(client, 'frame', frame, op * 100 + 10 + client)
      }),
    ),
  )
}

export function jobs(): Journal {
  const rows = Array.from({ length: 200 }, (_, op) =>
    op % 10 === 7
      ? { id: `k${op}`, state: 'dead', effects: 0, reason: 'no such address' }
      : { id: `k${op}`, state: 'done', effects: 1 },
  )
  return sampleRun(
    operations(() => ({ f: 'enqueue' })),
    finalReads({ books: rows }),
  )
}

export function victims(): Journal {
  const found = Object.fromEntries(Array.from({ length: 200 }, (_, op) => [`k${op}`, op]))
  const messages = [50, 60, 70].flatMap(op => [
    wire('request', op * 100 + 1, { key: `k${op}`, message: 'COMMIT' }),
    wire('response', op * 100 + 2, { error: '40001' }),
  ])
  return sampleRun(
    operations(() => ({})),
    finalReads(found),
    messages,
  )
}

export function resources(value: (second: number) => number): readonly Told[] {
  return Array.from({ length: 20 }, (_, second) => {
    const figures = { memoryBytes: value(second) }
    return { kind: 'resources', of: 'api-1', figures, atMs: second * 1000 + 5 }
  })
}

/** Each client writes its turn and reads what it wrote. */
export function versions(): Journal {
  return sampleRun(
    operations(op => ({
      ...{ f: op % 10 === 0 ? 'write' : 'read', key: 'k', client: 0, input: op },
      outcome: ok(op % 10 === 0 ? null : op - (op % 10)),
    })),
  )
}

/** Each reads all that others appended, and appends. */
export function lists(): Journal {
  return sampleRun(
    operations(op => {
      const before = Array.from({ length: op }, (_, number) => number)
      const append = ['append', 'k', op]
      const input = [['read', 'k', null], append]
      return { f: 'txn', input, outcome: ok([['read', 'k', before], append]) }
    }),
  )
}

/** Written, read, compared and set, and read. */
export function registers(): Journal {
  return sampleRun(
    operations(op => {
      const key = 'k'
      if (op % 2) return { f: 'read', key, input: null, outcome: ok(op - 1) }
      if (op % 4 === 0) return { f: 'write', key, outcome: ok(null) }
      return { f: 'cas', key, input: { expected: op - 2, next: op }, outcome: ok(true) }
    }),
  )
}

export function counter(): Journal {
  return sampleRun(
    operations(op => ({
      ...{ f: op % 2 ? 'read' : 'add', key: 'k', input: 1 },
      outcome: ok(op % 2 ? (op + 1) / 2 : null),
    })),
  )
}

export function locks(): Journal {
  return sampleRun(
    operations(op => ({
      ...{ f: op % 2 ? 'release' : 'acquire', key: 'lock', client: Math.floor(op / 2) % 3 },
      outcome: ok(null),
    })),
  )
}

export function fenced(): Journal {
  return sampleRun(
    Array.from({ length: 40 }, (_, n): Told => {
      const token = Math.floor(n / 10)
      const value = { key: 'run', owner: `worker-${token}`, token }
      return { kind: 'observed', workload: 'w', client: 0, what: 'effect', value, atMs: n * 400 }
    }),
  )
}

export function breakers(): Journal {
  const says = (instance: string, state: string, atMs: number): Told => {
    const detail = { name: 'redis', state }
    return { kind: 'service', instance, event: 'breaker', detail, atMs }
  }
  return sampleRun(
    ...['api-1', 'api-2'].map(name => [
      ...[1_000, 2_000, 9_050, 11_000].map(ms => wire('request', ms, { link: `${name}>redis` })),
      ...[says(name, 'open', 5_000), says(name, 'half-open', 9_000), says(name, 'closed', 9_100)],
    ]),
  )
}

export function attempts(): Journal {
  const waits = [100, 230, 350, 900, 1_500]
  let atMs = 4_100
  return sampleRun([
    wire('refused', atMs),
    ...waits.map(wait => {
      atMs += wait
      return wire('refused', atMs)
    }),
    wire('connect', atMs + 2_900),
  ])
}

export function asked(): Journal {
  return sampleRun([
    ...[
      wire('request', 4_500),
      wire('response', 4_510, { error: '429', detail: 'retry-after: 2' }),
    ],
    ...[wire('request', 6_600), wire('response', 6_610), wire('request', 7_600)],
  ])
}

export function refusedForGood(): Journal {
  return sampleRun([
    ...[wire('request', 4_500, { key: 'k1' }), wire('response', 4_510, { error: '401' })],
    ...[wire('request', 6_600, { key: 'k2' }), wire('response', 6_610)],
  ])
}

/** Six requests that are refused when their 500 ms are over, each with a statement until then. */
export function pressedForTime(): Journal {
  const each = [1, 2, 3, 4, 5, 6].map(op => {
    const atMs = 4_500 + 1_000 * op
    const on = { key: `k${op}`, connection: op }
    return [
      ...operation({ op, key: `k${op}`, outcome: refused, atMs, tookMs: 450 }),
      ...[wire('request', atMs + 10, on), wire('response', atMs + 440, on)],
    ]
  })
  return sampleRun(each.flat())
}
