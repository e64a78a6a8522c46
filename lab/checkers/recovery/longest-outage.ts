import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import { faultWindow, history, type Named, type Performed, type Window } from '../shared/history.ts'

export interface OutageOptions {
  readonly atMost: Duration
  /** Judges each group by itself (one instance, one route), so that none hides behind another. */
  readonly by?: (operation: Performed) => string
}

interface Outage {
  readonly group: string
  readonly fromMs: number
  readonly toMs: number
  readonly entries: readonly number[]
}

/** The least traffic that can show an outage; below it the answer is unknown. */
const leastOperations = 10

/**
 * The longest stretch without an ok answer, from the first fault to the end of the traffic, and how
 * long after the last heal the last failure came. Unknown when too little traffic ran meanwhile, or
 * when no answer before the fault shows that there was any service to lose.
 */
export function longestOutage(workload: Named, options: OutageOptions): Checker {
  return {
    name: `longest outage of ${workload.name}: at most ${options.atMost}`,
    timed: true,
    check: journal => judge(journal, workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: OutageOptions): Finding {
  const window = faultWindow(journal)
  const traffic = history(journal, workload).filter(each => each.phase !== 'final-reads')
  const from = window?.fromMs ?? Number.POSITIVE_INFINITY
  const during = traffic.filter(each => each.invokedMs >= from).length
  const calm = traffic.filter(each => isOk(each) && each.invokedMs < from).length
  if (!window || during < leastOperations || calm === 0) {
    const story = `${calm} ok answers before the fault, ${during} operations since: too few to judge.`
    return { word: 'unknown', story, figures: { calm, during } }
  }
  const outages = outagesOf(traffic, window, options.by ?? (() => workload.name))
  const longest = outages.toSorted((a, b) => length(b) - length(a))[0]
  const outageMs = Math.round(longest ? length(longest) : 0)
  const recoveryMs = Math.round(recovery(traffic, window))
  const figures = { outageMs, recoveryMs, atMostMs: toMs(options.atMost), operations: during }
  const { atMost } = options
  const story = `The longest stretch without an ok answer was ${outageMs} ms (at most ${atMost}).`
  if (!longest || outageMs <= figures.atMostMs) return { word: 'valid', story, figures }
  const what = `no ok answer for ${outageMs} ms in ${longest.group}`
  const witness = { what, entries: longest.entries, atMs: longest.fromMs }
  return { word: 'invalid', story, figures, witness }
}

/** Between two ok answers, or between the last one and the end of the group's traffic. */
function outagesOf(
  traffic: readonly Performed[],
  window: Window,
  by: (operation: Performed) => string,
): readonly Outage[] {
  return [...Map.groupBy(traffic, by)].flatMap(([group, operations]) => {
    const oks = operations
      .filter(isOk)
      .toSorted((a, b) => a.answer.atMs - b.answer.atMs)
      .map(each => ({ atMs: each.answer.atMs, index: each.answer.index }))
    const end = Math.max(...operations.map(each => each.invokedMs))
    const last = operations.findLast(each => each.invokedMs === end)
    const marks = [...oks, ...(last ? [{ atMs: end, index: last.invokeIndex }] : [])]
    return marks.map((mark, i): Outage => {
      const before = marks[i - 1]
      const fromMs = Math.max(before?.atMs ?? window.fromMs, window.fromMs)
      const entries = before ? [before.index, mark.index] : [mark.index]
      return { group, fromMs, toMs: mark.atMs, entries }
    })
  })
}

/** From the last heal to the last operation that was not ok; 0 when all was well by then. */
function recovery(traffic: readonly Performed[], window: Window): number {
  const lastBad = traffic.findLast(each => !isOk(each))
  return lastBad ? Math.max(0, lastBad.invokedMs - window.toMs) : 0
}

const length = (outage: Outage) => outage.toMs - outage.fromMs

function isOk(each: Performed): each is Performed & { answer: NonNullable<Performed['answer']> } {
  return each.answer?.outcome.kind === 'ok'
}
