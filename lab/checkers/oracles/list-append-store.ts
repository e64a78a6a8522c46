import type { Random } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Item } from '../isolation/transactions.ts'
import { journalOf, type Told } from '../shared/journal-of.ts'
import { outcome } from './outcome.ts'

/** What the store does wrong; `none` is strictly serializable. */
export const storeBugs = [
  'none',
  'stale-read',
  'lost-append',
  'write-skew',
  'lost-update',
  'read-skew',
  'long-fork',
  'torn-commit',
  'dirty-read',
  'aborted-read',
] as const
export type StoreBug = (typeof storeBugs)[number]

interface Client {
  readonly op: number
  readonly asked: readonly Item[]
  readonly done: Item[]
  /** How many commits it sees, and which of them not. */
  readonly snapshot: number
  readonly hidden: ReadonlySet<Commit>
}

type Commit = readonly Extract<Item, readonly ['append', ...unknown[]]>[]

interface Store {
  readonly bug: StoreBug
  readonly random: Random
  readonly commits: Commit[]
  readonly aborted: Commit[]
  readonly clients: Client[]
  readonly told: Told[]
  /** What a torn commit still has to do. */
  torn: Commit
}

/** A few transactions of three clients on a multi-version store with optimistic validation. */
export function runStore(bug: StoreBug, random: Random, transactions = 5): Journal {
  const store: Store = { bug, random, commits: [], aborted: [], clients: [], told: [], torn: [] }
  let number = 0
  for (let op = 0; op < transactions || store.clients.length > 0; ) {
    const isRoom = op < transactions && store.clients.length < 3
    if (isRoom && (store.clients.length === 0 || random.next() < 0.3)) {
      const append = (key: string): Item => ['append', key, ++number]
      const asked = bug === 'long-fork' ? forking(op, random, append) : mixed(random, append)
      begin(store, op++, asked)
    } else {
      const client = store.clients[random.integer(0, store.clients.length - 1)]
      if (client) step(store, client)
    }
    if (store.torn.length > 0 && random.next() < 0.2) finishTorn(store)
  }
  return journalOf(store.told)
}

function mixed(random: Random, append: (key: string) => Item): readonly Item[] {
  return Array.from({ length: random.integer(1, 3) }, (): Item => {
    const key = random.pick(['x', 'y'])
    return random.next() < 0.5 ? append(key) : ['read', key, null]
  })
}

/** Chance alone would seldom fork: one writes here, one there, and others read both. */
function forking(op: number, random: Random, append: (key: string) => Item): readonly Item[] {
  if (op < 2) return [append(op === 0 ? 'x' : 'y')]
  return random
    .pick([
      ['x', 'y'],
      ['y', 'x'],
    ])
    .map((key): Item => ['read', key, null])
}

function begin(store: Store, op: number, asked: readonly Item[]): void {
  const { bug, random, commits, told, clients } = store
  told.push({
    kind: 'invoke',
    workload: 't',
    op,
    client: op,
    f: 'txn',
    input: asked,
    intendedMs: 0,
  })
  const isReader = asked.every(([f]) => f === 'read')
  const age = bug === 'stale-read' && isReader ? random.integer(0, 2) : 0
  const hidden = bug === 'long-fork' && isReader ? oneHidden(store) : new Set<Commit>()
  clients.push({ op, asked, done: [], snapshot: Math.max(0, commits.length - age), hidden })
}

/** A commit, and all that was built on it. */
function oneHidden({ commits, random }: Store): ReadonlySet<Commit> {
  const first = random.integer(Math.max(0, commits.length - 2), commits.length)
  const hidden = new Set<Commit>()
  const keys = new Set<string>()
  for (const [i, commit] of commits.entries()) {
    if (i !== first && !commit.some(([, key]) => keys.has(key))) continue
    hidden.add(commit)
    for (const [, key] of commit) keys.add(key)
  }
  return hidden
}

function step(store: Store, client: Client): void {
  const next = client.asked[client.done.length]
  if (!next) {
    finish(store, client)
    return
  }
  const [f, key] = next
  if (f === 'read') client.done.push(['read', key, read(store, client, key)])
  else if (isLocked(store, client, key)) end(store, client, 'fail')
  else client.done.push(next)
}

function read({ bug, random, commits, aborted, clients }: Store, client: Client, key: string) {
  const isLatest = bug === 'read-skew' || bug === 'dirty-read' || bug === 'aborted-read'
  const visible = commits
    .slice(0, isLatest ? commits.length : client.snapshot)
    .filter(commit => !client.hidden.has(commit))
  if (bug === 'dirty-read') {
    visible.push(...clients.flatMap(each => (each === client ? [] : [appendsOf(each.done)])))
  }
  if (bug === 'aborted-read' && random.next() < 0.3) visible.push(...aborted.slice(-1))
  const all = [...visible, appendsOf(client.done)].flat()
  return all.flatMap(([, on, number]) => (on === key ? [number] : []))
}

/** Where reads are of the latest, an append must wait for its lock; here it is refused instead. */
function isLocked({ bug, clients }: Store, client: Client, key: string): boolean {
  if (bug !== 'read-skew' && bug !== 'dirty-read' && bug !== 'aborted-read') return false
  const others = clients.filter(each => each !== client)
  return others.some(({ done }) => appendsOf(done).some(([, on]) => on === key))
}

function finish(store: Store, client: Client): void {
  const { bug, random, commits } = store
  const appends = appendsOf(client.done)
  if (isInConflict(store, client) || random.next() < 0.05) {
    store.aborted.push(appends)
    end(store, client, 'fail')
    return
  }
  const isLost = random.next() < (bug === 'torn-commit' ? 0.5 : 0.15)
  if (bug === 'torn-commit' && appends.length > 1 && store.torn.length === 0) {
    commits.push(appends.slice(0, 1))
    store.torn = appends.slice(1)
  } else if (bug !== 'lost-append' || random.next() < 0.7) commits.push(appends)
  end(store, client, isLost ? 'info' : 'ok')
}

/** First committer wins; and nothing that was read may have changed, where the bug does not forget it. */
function isInConflict({ bug, commits }: Store, { done, snapshot }: Client): boolean {
  const isLatest = bug === 'read-skew' || bug === 'dirty-read' || bug === 'aborted-read'
  if (isLatest) return false
  const appended = appendsOf(done).map(([, key]) => key)
  const read = done.flatMap(([f, key]) => (f === 'read' ? [key] : []))
  const changed = commits.slice(snapshot).flatMap(commit => commit.map(([, key]) => key))
  const watched = {
    'write-skew': appended,
    'long-fork': appended,
    'torn-commit': [...appended, ...(appended.length > 0 ? read : [])],
    'stale-read': [...appended, ...(appended.length > 0 ? read : [])],
    'lost-update': read.filter(key => !appended.includes(key)),
    'lost-append': [...appended, ...read],
    none: [...appended, ...read],
  }[bug as Exclude<StoreBug, 'read-skew' | 'dirty-read' | 'aborted-read'>]
  return watched.some(key => changed.includes(key))
}

function finishTorn(store: Store): void {
  store.commits.push(store.torn)
  store.torn = []
}

function end({ clients, told }: Store, client: Client, kind: 'ok' | 'fail' | 'info'): void {
  clients.splice(clients.indexOf(client), 1)
  const { op, done } = client
  const common = { workload: 't', op, client: op, f: 'txn', latencyMs: 1 } as const
  told.push({ kind: 'complete', ...common, outcome: outcome(kind, done) })
}

function appendsOf(items: readonly Item[]): Commit {
  return items.filter(item => item[0] === 'append')
}
