import { describe, expect, test } from 'vitest'
import type { Json } from '../base/json.ts'
import { seeded } from '../base/random.ts'
import type { Journal } from '../journal/journal.ts'
import type { Model } from './linearizability/model.ts'
import { keyValue } from './linearizability/models/key-value.ts'
import { multiRegister } from './linearizability/models/multi-register.ts'
import { mutex } from './linearizability/models/mutex.ts'
import { bag, fifoQueue } from './linearizability/models/queues.ts'
import { register } from './linearizability/models/register.ts'
import { setOfValues } from './linearizability/models/set.ts'
import { linearizable } from './linearizable.ts'
import { journalOf, type Told } from './shared/journal-of.ts'

type Done = readonly [f: string, input: Json, value?: Json]

/** One operation after the other; without a value there is no answer. */
function inTurn(operations: readonly Done[]): Journal {
  return journalOf(
    operations.flatMap(([f, input, value], op): Told[] => {
      const common = { workload: 'o', op, client: 0, f } as const
      const begun: Told = { kind: 'invoke', ...common, key: 'k', input, intendedMs: 0 }
      if (value === undefined) return [begun]
      return [begun, { kind: 'complete', ...common, outcome: { kind: 'ok', value }, latencyMs: 1 }]
    }),
  )
}

function judged(model: Model, operations: readonly Done[]) {
  return linearizable({ name: 'o' }, model).check(inTurn(operations))
}

/** By model: what can happen one after the other, and a last operation that then cannot. */
const cases: readonly (readonly [Model, readonly Done[], Done])[] = [
  [
    register(),
    [
      ['write', 1, null],
      ['cas', { expected: 1, next: 2 }, true],
    ],
    ['read', null, 1],
  ],
  [
    keyValue(),
    [
      ['put', 'a', null],
      ['append', 'b', null],
      ['get', null, 'ab'],
      ['delete', null, true],
    ],
    ['get', null, 'ab'],
  ],
  [
    keyValue(),
    [
      ['append', 1, null],
      ['append', 2, null],
      ['get', null, [1, 2]],
    ],
    ['get', null, [2, 1]],
  ],
  [
    keyValue(),
    [
      ['increment', null, 1],
      ['add', 4, null],
      ['increment', -2, 3],
    ],
    ['increment', 1, 5],
  ],
  [
    keyValue(),
    [
      ['delete', null, false],
      ['put', 1, null],
    ],
    ['remove', null, 0],
  ],
  [
    multiRegister(),
    [
      [
        'txn',
        [
          ['write', 'x', 1],
          ['write', 'y', 2],
        ],
        [
          ['write', 'x', 1],
          ['write', 'y', 2],
        ],
      ],
    ],
    [
      'txn',
      [
        ['read', 'x', null],
        ['read', 'y', null],
      ],
      [
        ['read', 'x', 1],
        ['read', 'y', null],
      ],
    ],
  ],
  [
    fifoQueue(),
    [
      ['enqueue', 1, null],
      ['enqueue', 2, null],
      ['enqueue', 3, null],
      ['dequeue', null, 1],
    ],
    ['dequeue', null, 3],
  ],
  [
    bag(),
    [
      ['enqueue', 1, null],
      ['enqueue', 2, null],
      ['dequeue', null, 2],
      ['dequeue', null, 1],
    ],
    ['dequeue', null, 1],
  ],
  [
    mutex(),
    [
      ['acquire', null, true],
      ['acquire', null, false],
      ['release', null, null],
    ],
    ['acquire', null, false],
  ],
  [
    setOfValues(),
    [
      ['add', 1, null],
      ['add', 2, null],
      ['read', null, [2, 1]],
    ],
    ['read', null, [1]],
  ],
]

describe('linearizable objects', () => {
  test.each(cases)(
    '$name: what follows is valid, what cannot is invalid',
    (model, right, wrong) => {
      expect(judged(model, right).word).not.toBe('invalid')
      const finding = judged(model, [...right, wrong])
      expect(finding).toMatchObject({ word: 'invalid' })
      expect(finding).toHaveProperty('witness.atMs', 10 * (2 * right.length + 1))
    },
  )

  test('what the model does not know is unknown, and what came before it still counts', () => {
    const right: readonly Done[] = [
      ['write', 1, null],
      ['read', null, 1],
    ]
    const model = register()
    for (const strange of ['delete', 'increment', 'append']) {
      expect(judged(model, [...right, [strange, 1, null], ['read', null, 2]])).toMatchObject({
        word: 'unknown',
        story: `Nothing was shown: a register knows no ${strange} such as the one of entry 4.`,
      })
    }
    expect(judged(model, [...right, ['cas', 7, true], ['read', null, 2]]).word).toBe('unknown')
    expect(
      judged(model, [
        ['write', 1, null],
        ['read', null, 2],
        ['delete', 1, null],
      ]).word,
    ).toBe('invalid')
  })

  test('an uncertain operation that the model does not know is no less unknown', () => {
    const history: readonly Done[] = [
      ['write', 1, null],
      ['read', null, 1],
      ['delete', null],
    ]
    expect(judged(register(), history).word).toBe('unknown')
    const taken: readonly Done[] = [
      ['enqueue', 1, null],
      ['dequeue', null],
      ['dequeue', null, null],
    ]
    expect(judged(bag(), taken).word).toBe('unknown')
    expect(judged(fifoQueue(), taken).word).toBe('valid')
  })

  test('the witness ends where the shortest failing beginning does, not with the history', () => {
    const many = Array.from({ length: 40 }, (_, i): Done => ['write', i, null])
    const finding = judged(register(), [...many, ['read', null, 7], ...many])
    expect(finding).toMatchObject({ word: 'invalid', witness: { atMs: 810 } })
    expect(finding).toHaveProperty('witness.entries.23', 81)
  })

  test.each([
    [register(), 'write', 'read'],
    [keyValue(), 'put', 'get'],
    [fifoQueue(), 'enqueue', 'dequeue'],
    [bag(), 'enqueue', 'dequeue'],
    [setOfValues(), 'add', 'read'],
    [mutex(), 'acquire', 'release'],
  ] as const)('$0.name: each lie told to a valid history is found', (model, change, look) => {
    const seen = look === 'read' && change === 'add' ? [1] : 1
    const journal = inTurn([
      [change, 1, null],
      [look, null, seen],
    ])
    const check = linearizable({ name: 'o' }, model)
    expect(check.check(journal).word).toBe('valid')
    const all = check.lies.flatMap(lie => lie.tell(journal, seeded(1)) ?? [])
    expect(all.length).toBeGreaterThan(0)
    for (const told of all) {
      const finding = check.check(told.journal)
      expect(finding.word).toBe('invalid')
      expect(finding).toHaveProperty('witness.entries', expect.arrayContaining([...told.touched]))
    }
  })

  test('multi-register: a made-up read within a transaction is a lie, and found', () => {
    const write = ['write', 'x', 1]
    const journal = inTurn([
      ['txn', [write], [write]],
      [
        'txn',
        [
          ['read', 'x', null],
          ['write', 'y', 2],
        ],
        [
          ['read', 'x', 1],
          ['write', 'y', 2],
        ],
      ],
    ])
    const check = linearizable({ name: 'o' }, multiRegister())
    expect(check.check(journal).word).toBe('valid')
    const all = check.lies.flatMap(lie => lie.tell(journal, seeded(1)) ?? [])
    expect(all.length).toBeGreaterThan(0)
    for (const told of all) expect(check.check(told.journal).word).toBe('invalid')
  })

  test.each([
    ['5 clients with ten values', 5, 0, 9],
    ['20 clients, of whom some never learn the end', 20, 0.02, 1e6],
  ])(
    '20,000 operations on one key by %s are decided within 10 s of a processor',
    (_, clients, lost, values) => {
      const before = process.threadCpuUsage()
      const journal = manyOperations(20_000, clients, lost, values)
      expect(linearizable({ name: 'o' }, register()).check(journal).word).toBe('valid')
      const { user, system } = process.threadCpuUsage(before)
      expect((user + system) / 1_000).toBeLessThan(10_000)
    },
  )

  test('what is too hard to decide is unknown within 10 s of a processor', () => {
    const before = process.threadCpuUsage()
    expect(linearizable({ name: 'o' }, fifoQueue()).check(hardToDecide()).word).toBe('unknown')
    const { user, system } = process.threadCpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(10_000)
  }, 120_000)
})

/** A right register, each of whose operations takes effect at a random moment of its time. */
function manyOperations(count: number, clients: number, lost: number, values: number): Journal {
  const random = seeded(clients)
  const told: Told[] = []
  const open: { op: number; f: string; input: Json; answer?: Json }[] = []
  let state: Json = null
  for (let op = 0; op < count || open.length > 0; ) {
    if (op < count && open.length < clients && random.next() < 0.4) {
      const f = random.pick(['read', 'write'])
      const input = f === 'read' ? null : random.integer(0, values)
      const common = { workload: 'o', op, client: 0, f, key: 'k' } as const
      told.push({ kind: 'invoke', ...common, input, intendedMs: 0 })
      open.push({ op: op++, f, input })
      continue
    }
    const place = random.integer(0, open.length - 1)
    const call = open[place]
    if (!call) continue
    if (call.answer === undefined) {
      if (call.f === 'write') state = call.input
      call.answer = call.f === 'read' ? state : null
      continue
    }
    open.splice(place, 1)
    if (random.next() < lost) continue
    const outcome = { kind: 'ok', value: call.answer } as const
    const common = { workload: 'o', op: call.op, client: 0, f: call.f } as const
    told.push({ kind: 'complete', ...common, outcome, latencyMs: 1 })
  }
  return journalOf(told)
}

/** Forty items enqueued at once, and taken out in an order that ends with what never was in. */
function hardToDecide(): Journal {
  const items = Array.from({ length: 40 }, (_, i) => i)
  const invoke = (f: string, op: number, input: Json): Told => {
    return { kind: 'invoke', workload: 'o', op, client: op, f, key: 'k', input, intendedMs: 0 }
  }
  const end = (f: string, op: number, value: Json): Told => {
    const common = { workload: 'o', op, client: op, f, latencyMs: 1 } as const
    return { kind: 'complete', ...common, outcome: { kind: 'ok', value } }
  }
  return journalOf([
    ...items.map(op => invoke('enqueue', op, op)),
    ...items.map(op => end('enqueue', op, null)),
    ...items.map(op => invoke('dequeue', op + 40, null)),
    ...items.map(op => end('dequeue', op + 40, op === 39 ? 77 : op)),
  ])
}
