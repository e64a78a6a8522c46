import { cyclesOf, type Found, hasCycle, nameOf } from './cycles.ts'
import { type Dependencies, dependenciesOf } from './dependencies.ts'
import { type Flaw, flawsOf } from './flaws.ts'
import type { Cycle } from './graph.ts'
import { isAtLeast, type Level } from './levels.ts'
import type { Transaction } from './transactions.ts'
import { orderOf } from './unseen-appends.ts'
import { type Versions, versionsOf } from './versions.ts'

/** What was found in a history. */
export interface Examined {
  /** The worst that the level forbids. */
  readonly anomaly: Flaw | undefined
  /** True where no order of appends nobody saw was found, nor shown to be impossible. */
  readonly isOpen: boolean
  readonly flaws: number
  readonly cycles: readonly Found[]
  readonly dependencies: Dependencies
}

/** Looks for every anomaly of the literature; `anomaly` is one that the level forbids. */
export function examine(transactions: readonly Transaction[], level: Level): Examined {
  const { versions, dirty, dependencies } = prepare(transactions, level)
  const flaws = versions.flatMap(each => [...flawsOf(each, transactions, dirty)])
  const cycles = cyclesOf(dependencies)
  const bad = cycles.find(({ from, cycle }) => cycle && isAtLeast(level, from))
  const [first] = flaws
  const known = first ?? (bad?.cycle && cyclic(bad.cycle))
  const conflict = known ? undefined : conflictOf(dependencies, level)
  return {
    anomaly: known ?? conflict?.flaw,
    isOpen: conflict?.isOpen ?? false,
    flaws: flaws.length,
    cycles,
    dependencies,
  }
}

/** Whether `examine` would find an anomaly, for less. */
export function isBroken(transactions: readonly Transaction[], level: Level): boolean {
  const { versions, dirty, dependencies } = prepare(transactions, level)
  const isFlawed = (each: Versions) => !flawsOf(each, transactions, dirty).next().done
  return (
    versions.some(isFlawed) ||
    hasCycle(dependencies, level) ||
    conflictOf(dependencies, level)?.flaw !== undefined
  )
}

function prepare(transactions: readonly Transaction[], level: Level) {
  const dirty = level === 'read-uncommitted'
  const versions = versionsOf(transactions, dirty)
  const realtime = level === 'strict-serializable'
  return {
    versions,
    dirty,
    dependencies: dependenciesOf(transactions, versions, { dirty, realtime }),
  }
}

function cyclic(cycle: Cycle): Flaw {
  const steps = cycle.map(({ from, to, kind, key }) =>
    kind === 'realtime' ? `T${from} -realtime-> T${to}` : `T${from} -${kind}(${key})-> T${to}`,
  )
  const transactions = cycle.map(({ from }) => from)
  return { name: nameOf(cycle), what: steps.join(', '), transactions }
}

/** Only snapshot isolation needs it: where cycles of all kinds are forbidden an order is there. */
function conflictOf(dependencies: Dependencies, level: Level) {
  if (level !== 'repeatable-read' || dependencies.unordered.length === 0) return undefined
  const order = orderOf(dependencies)
  if (order === 'possible') return undefined
  if (order === 'unknown') return { flaw: undefined, isOpen: true }
  const { overlapping } = order
  const writers = overlapping.map(each => `T${each}`).join(' and ')
  const what = `${writers} appended to one list, and neither can have seen what the other left`
  const flaw: Flaw = { name: 'G-single (lost update)', what, transactions: overlapping }
  return { flaw, isOpen: false }
}
