import { seeded } from '../../lab/base/random.ts'
import type { Item } from '../../lab/checkers/isolation/transactions.ts'
import { journalOf, type Told } from '../../lab/checkers/shared/journal-of.ts'
import type { Journal } from '../../lab/journal/journal.ts'

/** What the store does wrong; `none` is strictly serializable. */
export const bugs = ['none', 'stale-read', 'lost-update', 'lost-append'] as const
export type Bug = (typeof bugs)[number]

export const transactions = 20_000
export const keys = 24
const clients = 20
/** Of the transactions that a bug could touch, those it does. */
const touched = 0.01

interface Open {
  readonly op: number
  readonly asked: readonly Item[]
  /** Versions of each list when it began. */
  readonly lengths: ReadonlyMap<string, number>
}

interface Store {
  readonly lists: ReadonlyMap<string, number[]>
  readonly told: Told[]
  /** Each list as it was read, by key and length: reads of one version share it. */
  readonly read: Map<string, readonly number[]>
}

/**
 * Transactions of one to four appends and reads over lists, twenty at a time: each reads the lists
 * as they were when it began, and is refused where one of them has changed until it ends. The bug
 * touches none before `from`.
 */
export function listAppends(bug: Bug, from = 0): Journal {
  const random = seeded(1).fork(bug)
  const lists = new Map(Array.from({ length: keys }, (_, i) => [`k${i}`, [] as number[]]))
  const store: Store = { lists, told: [], read: new Map() }
  const open: Open[] = []
  let number = 0
  for (let op = 0; op < transactions || open.length > 0; ) {
    if (op < transactions && open.length < clients && random.next() < 0.6) {
      const asked = Array.from({ length: random.integer(1, 4) }, (): Item => {
        const key = `k${random.integer(0, keys - 1)}`
        return random.next() < 0.5 ? ['append', key, ++number] : ['read', key, null]
      })
      const lengths = new Map([...lists].map(([key, list]) => [key, list.length]))
      open.push({ op, asked, lengths })
      const asking = { op, client: op % clients, f: 'txn', input: asked, intendedMs: 0 }
      store.told.push({ kind: 'invoke', workload: 't', ...asking })
      op++
      continue
    }
    const [one] = open.splice(random.integer(0, open.length - 1), 1)
    if (one) finish(store, one, one.op >= from && random.next() < touched ? bug : 'none')
  }
  return journalOf(store.told)
}

function finish(store: Store, { op, asked, lengths }: Open, bug: Bug): void {
  const { lists, told } = store
  const common = { workload: 't', op, client: op % clients, f: 'txn', latencyMs: 1 } as const
  const isChanged = asked.some(([, key]) => lists.get(key)?.length !== lengths.get(key))
  if (isChanged && bug !== 'lost-update') {
    const outcome = { kind: 'fail', error: 'conflict', ended: 'refused' } as const
    told.push({ kind: 'complete', ...common, outcome })
    return
  }
  const own = new Map<string, number[]>()
  const value = asked.map((item): Item => {
    const [f, key] = item
    if (f === 'append') {
      own.set(key, [...(own.get(key) ?? []), item[2]])
      return item
    }
    const age = bug === 'stale-read' ? 1 : 0
    const seen = beginning(store, key, Math.max(0, (lengths.get(key) ?? 0) - age))
    const mine = own.get(key)
    return ['read', key, mine ? [...seen, ...mine] : seen]
  })
  if (bug !== 'lost-append') for (const [key, mine] of own) lists.get(key)?.push(...mine)
  told.push({ kind: 'complete', ...common, outcome: { kind: 'ok', value } })
}

function beginning({ lists, read }: Store, key: string, length: number): readonly number[] {
  const name = `${key} ${length}`
  const known = read.get(name) ?? lists.get(key)?.slice(0, length) ?? []
  read.set(name, known)
  return known
}
