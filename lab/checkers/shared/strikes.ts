import type { Journal } from '../../journal/journal.ts'
import { type EntryOf, ofKind, type Performed } from './history.ts'

/** What the journal says of a strike; times in ms since the run began. */
export interface MadeStrike {
  readonly id: number
  readonly name: string
  readonly label: string
  readonly touches: readonly string[]
  /** Processes whose end is its doing. */
  readonly mayEnd: readonly string[]
  readonly plannedMs: number | undefined
  readonly appliedMs: number | undefined
  /** Undefined while it was not healed, or could not be. */
  readonly healedMs: number | undefined
  readonly landed: number | undefined
  /** Indices of its entries. */
  readonly entries: readonly number[]
}

/** A stretch of the run, in ms since it began; `from` is in it, `to` is not. */
export interface Window {
  readonly fromMs: number
  readonly toMs: number
}

/** Every strike the journal tells of, in the order of their making. */
export function strikesIn(journal: Journal): readonly MadeStrike[] {
  return [...Map.groupBy(ofKind(journal, 'fault'), entry => entry.id).values()]
    .flatMap(entries => strikeOf(entries))
    .toSorted((a, b) => a.id - b.id)
}

function strikeOf(entries: readonly EntryOf<'fault'>[]): readonly MadeStrike[] {
  const [first] = entries
  if (!first) return []
  const { id, strike: name, label } = first
  const at = (step: EntryOf<'fault'>['step']) =>
    entries.findLast(each => each.step === step && each.error === undefined)?.atMs
  return [
    {
      ...{ id, name, label },
      touches: [...new Set(entries.flatMap(each => each.touches))],
      mayEnd: [...new Set(entries.flatMap(each => each.mayEnd ?? []))],
      plannedMs: at('planned'),
      appliedMs: at('applied'),
      healedMs: at('healed'),
      landed: entries.findLast(each => each.step === 'landed')?.landed,
      entries: entries.map(each => each.index),
    },
  ]
}

/**
 * The strikes of a name; a name without its number (`kill` of `kill-1`, `kill-2`) means them all.
 */
export function strikesCalled(journal: Journal, name: string): readonly MadeStrike[] {
  const all = strikesIn(journal)
  const exact = all.filter(each => each.name === name)
  if (exact.length > 0) return exact
  return all.filter(each => each.name.replace(/-\d+$/, '') === name)
}

/**
 * From the first strike of this name (default: of all) applied to the last one healed; to the end
 * when one was never healed. In a run without faults the inject phase stands for it, so that both
 * kinds of run are judged over the same stretch. Undefined when the run never came that far.
 */
export function faultWindow(journal: Journal, strike?: string): Window | undefined {
  if (isCalm(journal)) return injectPhase(journal)
  const strikes = strike === undefined ? strikesIn(journal) : strikesCalled(journal, strike)
  const made = strikes.flatMap(({ appliedMs, healedMs }) =>
    appliedMs === undefined ? [] : [{ appliedMs, healedMs: healedMs ?? Number.POSITIVE_INFINITY }],
  )
  if (made.length === 0) return strike === undefined ? injectPhase(journal) : undefined
  const fromMs = Math.min(...made.map(each => each.appliedMs))
  const healedMs = Math.max(...made.map(each => each.healedMs))
  return { fromMs, toMs: Number.isFinite(healedMs) ? healedMs : endOf(journal) }
}

function injectPhase(journal: Journal): Window | undefined {
  const phases = ofKind(journal, 'phase')
  const inject = phases.find(({ phase }) => phase === 'inject')
  if (!inject) return undefined
  const heal = phases.find(({ phase, index }) => phase === 'heal' && index > inject.index)
  return { fromMs: inject.atMs, toMs: heal?.atMs ?? endOf(journal) }
}

/** When the last entry was written. */
export function endOf(journal: Journal): number {
  return journal.at(-1)?.atMs ?? 0
}

/** A control run without faults: where nothing is wrong, that nothing was refused is the answer. */
export function isCalm(journal: Journal): boolean {
  return ofKind(journal, 'run').some(({ faultsOff }) => faultsOff)
}

export function isWithin(window: Window, atMs: number): boolean {
  return atMs >= window.fromMs && atMs < window.toMs
}

/**
 * Whether any of [intended, answered] lies in the window: what was in flight at a strike counts.
 */
export function overlaps(operation: Performed, window: Window): boolean {
  return operation.intendedMs < window.toMs && !endedBefore(operation, window.fromMs)
}

/** Answered before this moment. */
export function endedBefore({ answer }: Performed, atMs: number): boolean {
  return answer !== undefined && answer.atMs < atMs
}

/**
 * How an operation went in a window. Good: ok within `boundMs`. What is still in flight at the end
 * of the window belongs to neither side of it, and is undefined, unless it is over its bound by
 * then: then it is bad. Undefined, too, for what does not overlap the window and for what the lab
 * shed.
 */
export function qualityIn(
  window: Window,
  boundMs: number,
): (operation: Performed) => 'good' | 'bad' | undefined {
  return operation => {
    const { answer, intendedMs } = operation
    if (!overlaps(operation, window)) return undefined
    if (answer && answer.outcome.kind !== 'ok' && answer.outcome.ended === 'shed') return undefined
    if (!answer || answer.atMs >= window.toMs) {
      return window.toMs - intendedMs > boundMs ? 'bad' : undefined
    }
    return answer.outcome.kind === 'ok' && answer.latencyMs <= boundMs ? 'good' : 'bad'
  }
}
