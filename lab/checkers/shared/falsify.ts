import type { Json } from '../../base/json.ts'
import type { Random } from '../../base/random.ts'
import type { Entry, Journal, Outcome } from '../../journal/journal.ts'
import type { Told } from '../../model/checker.ts'
import { chosen, dropped, edited, inOrder, inserted, replaced } from './edited.ts'
import { entriesOf, ofKind, type Performed } from './history.ts'
import { kindsIn } from './of-kind.ts'

/** Ways to falsify a journal for lies. Entries are shared with the true one, never changed. */

/**
 * The entry of each of these indices, changed, but not its kind. An index stands for itself, not for
 * a position.
 */
export function changed(
  journal: Journal,
  indices: readonly number[],
  change: (entry: Entry) => Entry,
): Journal {
  const touched = new Set(indices)
  const before = chosen(journal, touched)
  const after = new Map(before.map(entry => [entry, change(entry)]))
  return edited(journal, {
    indices: touched,
    kinds: kindsOf(before),
    inPlace: true,
    make: all => replaced(all, touched, one => after.get(one) ?? one),
  })
}

export function without(journal: Journal, indices: readonly number[]): Journal {
  const gone = new Set(indices)
  return edited(journal, {
    indices: gone,
    kinds: kindsOf(chosen(journal, gone)),
    make: all => dropped(all, gone),
  })
}

/** With more entries, each put where its time says; they carry the indices of others. */
export function withMore(journal: Journal, more: readonly Entry[]): Journal {
  return edited(inOrder(journal), {
    indices: new Set(more.map(({ index }) => index)),
    kinds: kindsOf(more),
    make: (all, kind) => inserted(all, kind ? more.filter(one => one.kind === kind) : more),
  })
}

/** An entry so much later (or earlier, if negative), in its source's time as well. */
export function later(entry: Entry, byMs: number): Entry {
  const { sourceAtMs, atMs } = entry
  if (sourceAtMs === undefined) return { ...entry, atMs: atMs + byMs }
  return { ...entry, atMs: atMs + byMs, sourceAtMs: sourceAtMs + byMs }
}

/**
 * These entries so much later, put where their new time says; an answer's latency grows with it.
 */
export function delayed(journal: Journal, indices: readonly number[], byMs: number): Journal {
  return withTimes(journal, new Map(indices.map(index => [index, byMs])))
}

export function withTimes(journal: Journal, byMs: ReadonlyMap<number, number>): Journal {
  const moved = new Set(byMs.keys())
  const before = chosen(journal, moved)
  const after = before.map(entry => {
    const ms = byMs.get(entry.index) ?? 0
    const one = later(entry, ms)
    return one.kind === 'complete' ? { ...one, latencyMs: one.latencyMs + ms } : one
  })
  return edited(inOrder(journal), {
    indices: moved,
    kinds: kindsOf(before),
    make: (all, kind) =>
      inserted(dropped(all, moved), kind ? after.filter(one => one.kind === kind) : after),
  })
}

function kindsOf(entries: readonly Entry[]): ReadonlySet<Entry['kind']> {
  return new Set(entries.map(({ kind }) => kind))
}

/**
 * All that happened from a moment on, so much later; answers under way then took so much longer.
 */
export function stretched(journal: Journal, fromMs: number, byMs: number): Journal {
  const begun = new Set(
    ofKind(journal, 'invoke')
      .filter(({ intendedMs }) => intendedMs < fromMs)
      .map(({ workload, op }) => `${workload}/${op}`),
  )
  const moved = (entry: Entry): Entry => {
    if (entry.atMs < fromMs) return entry
    const one = later(entry, byMs)
    if (one.kind === 'invoke' && one.intendedMs >= fromMs) {
      return { ...one, intendedMs: one.intendedMs + byMs }
    }
    const waited = one.kind === 'complete' && begun.has(`${one.workload}/${one.op}`)
    return waited ? { ...one, latencyMs: one.latencyMs + byMs } : one
  }
  return edited(journal, {
    inPlace: true,
    kinds: kindsIn(journal),
    make: all => all.map(moved),
  })
}

/** These operations ended otherwise. */
export function endedAs(
  journal: Journal,
  operations: readonly Performed[],
  outcome: Outcome,
): Journal {
  return changed(journal, indicesOf(operations), entry =>
    entry.kind === 'complete' ? { ...entry, outcome } : entry,
  )
}

/** The answers of these operations never came. */
export function unanswered(journal: Journal, operations: readonly Performed[]): Journal {
  return without(
    journal,
    operations.flatMap(({ answer }) => answer?.index ?? []),
  )
}

/** An operation answered with another value. */
export function answering(journal: Journal, operation: Performed, value: Json): Journal {
  return endedAs(journal, [operation], { kind: 'ok', value })
}

export function indicesOf(operations: readonly Performed[]): readonly number[] {
  return operations.flatMap(entriesOf)
}

/** The falsified journal, where there is any place for the lie: some indices were touched. */
export function told(journal: Journal, touched: readonly number[]): Told | undefined {
  return touched.length > 0 ? { journal, touched } : undefined
}

export const refusal: Outcome = {
  kind: 'fail',
  ended: 'refused',
  status: 503,
  code: 'made-up',
  error: 'refused: made-up',
}
export const silence: Outcome = { kind: 'info', ended: 'gave-up', error: 'no answer' }

/** One of them; undefined for none. */
export function oneOf<Thing>(random: Random, things: readonly Thing[]): Thing | undefined {
  return things[random.integer(0, Math.max(0, things.length - 1))]
}

/** So many of them, in their order, chosen by chance; all where there are fewer. */
export function someOf<Thing>(
  random: Random,
  things: readonly Thing[],
  count: number,
): readonly Thing[] {
  const places = things.map((_, place) => ({ place, order: random.next() }))
  const first = places.toSorted((a, b) => a.order - b.order).slice(0, count)
  const kept = new Set(first.map(({ place }) => place))
  return things.filter((_, place) => kept.has(place))
}

/** How many of the values of a kind a lie looks at before it gives up. */
const tries = 60

/** The first accepted of some of them, spread over all from a place of chance on. */
export function firstThat<Thing, Found>(
  random: Random,
  things: readonly Thing[],
  accept: (thing: Thing) => Found | undefined,
): Found | undefined {
  const start = random.integer(0, Math.max(0, things.length - 1))
  // Side by side they would be much alike: all of them within one outage, say.
  const stride = Math.max(1, Math.floor(things.length / tries))
  for (let step = 0; step < Math.min(tries, things.length); step++) {
    const thing = things[(start + step * stride) % things.length]
    const found = thing === undefined ? undefined : accept(thing)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * What a function of the workload makes of a changed answer; undefined where it cannot read one of
 * this form, which then is no place for the lie.
 */
export function readable<Found>(read: () => Found): Found | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
