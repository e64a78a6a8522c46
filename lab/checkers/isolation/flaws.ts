import type { Transaction } from './transactions.ts'
import { isBeginning, type Read, type Versions } from './versions.ts'

/** What is wrong with a read by itself, found without looking for cycles. */
export interface Flaw {
  readonly name: string
  readonly what: string
  readonly transactions: readonly number[]
}

/** The first flaw of each read that has one. `dirty`: what never committed may be read. */
export function* flawsOf(
  versions: Versions,
  transactions: readonly Transaction[],
  dirty: boolean,
): Generator<Flaw> {
  const { longest, writers, reads } = versions
  const order = longest.list
  // Where the order itself is flawed from: what is no part of a read cannot be its fault.
  const doubled = firstRepeated(order)
  const phantom = order.findIndex(number => !writers.has(number))
  const aborted = order.findIndex(number => isAborted(number, versions, transactions))
  const isWithin = (place: number, read: Read) => place >= 0 && place < read.list.length
  const reordered = disorder(versions, transactions)
  if (reordered) yield reordered
  for (const read of reads) {
    const follows = isBeginning(read.list, order)
    const isSuspect =
      !follows || [doubled, phantom, dirty ? -1 : aborted].some(place => isWithin(place, read))
    const flaw =
      (isSuspect ? contentFlaw(read, versions, transactions, dirty) : undefined) ??
      (follows ? undefined : contradiction(read, versions)) ??
      internal(read, versions) ??
      (dirty ? undefined : intermediate(read, versions, transactions))
    if (flaw) yield flaw
  }
}

function contentFlaw(
  read: Read,
  versions: Versions,
  transactions: readonly Transaction[],
  dirty: boolean,
): Flaw | undefined {
  const { list } = read
  const { writers } = versions
  if (firstRepeated(list) >= 0)
    return flawed('doubled append', read, versions, 'with a number twice')
  const phantom = list.find(number => !writers.has(number))
  if (phantom !== undefined) {
    return flawed('phantom', read, versions, `but nobody appended ${phantom}`)
  }
  const aborted = list.find(number => isAborted(number, versions, transactions))
  if (aborted === undefined || dirty) return undefined
  const writer = writers.get(aborted) ?? -1
  return flawed('G1a', read, versions, `${aborted} of T${writer}, which was refused`, [writer])
}

function contradiction(read: Read, versions: Versions): Flaw {
  const { longest } = versions
  const why = `which is no beginning of ${brief(longest.list)}`
  return flawed('contradiction', read, versions, why, [longest.by])
}

function internal(read: Read, versions: Versions): Flaw | undefined {
  const { list, own, later } = read
  const early = later.find(number => list.includes(number))
  if (early !== undefined) {
    return flawed('internal', read, versions, `but appended ${early} itself, and later`)
  }
  if (own.every((number, i) => list[list.length - own.length + i] === number)) return undefined
  return flawed('internal', read, versions, `but had appended ${brief(own)} itself`)
}

/** A list has what one transaction appended in the order in which it did, and nothing left out. */
function disorder(versions: Versions, transactions: readonly Transaction[]): Flaw | undefined {
  const { longest, writers, key } = versions
  const due = new Map<number, number[]>()
  for (const number of longest.list) {
    const writer = writers.get(number) ?? -1
    const numbers = due.get(writer) ?? appendsOf(transactions[writer], key)
    due.set(writer, numbers)
    const next = numbers.shift()
    if (next === undefined || next === number) continue
    const why = `where T${writer} had appended ${next} before ${number}`
    return flawed('contradiction', longest, versions, why, [writer])
  }
  return undefined
}

function appendsOf(transaction: Transaction | undefined, key: string): number[] {
  const items = transaction?.items ?? []
  return items.flatMap(([f, on, number]) => (f === 'append' && on === key ? [number] : []))
}

/** G1b: another transaction's appends to a list are seen all or none. */
function intermediate(
  read: Read,
  versions: Versions,
  transactions: readonly Transaction[],
): Flaw | undefined {
  const { by, list, own } = read
  const last = list[list.length - own.length - 1]
  const writer = last === undefined ? undefined : versions.writers.get(last)
  if (writer === undefined || writer === by) return undefined
  const appended = transactions[writer]?.items.findLast(
    ([f, key]) => f === 'append' && key === versions.key,
  )
  if (appended?.[2] === last) return undefined
  return flawed('G1b', read, versions, `half of what T${writer} appended`, [writer])
}

function flawed(
  name: string,
  { by, list }: Read,
  { key }: Versions,
  why: string,
  others: readonly number[] = [],
): Flaw {
  return {
    name,
    what: `T${by} read ${brief(list)} of ${key}, ${why}`,
    transactions: [by, ...others],
  }
}

/** A list as text, its end when it is long. */
function brief(list: readonly number[]): string {
  return list.length > 20 ? `[… ${list.slice(-20).join(',')}]` : JSON.stringify(list)
}

function isAborted(
  number: number,
  { writers }: Versions,
  transactions: readonly Transaction[],
): boolean {
  return transactions[writers.get(number) ?? -1]?.end === 'aborted'
}

function firstRepeated(list: readonly number[]): number {
  const seen = new Set<number>()
  return list.findIndex(number => seen.size === seen.add(number).size)
}
