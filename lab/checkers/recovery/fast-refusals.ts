import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import {
  entriesOf,
  faultWindow,
  history,
  isCalm,
  type Named,
  type Performed,
  within,
} from '../shared/history.ts'
import { quantile } from '../shared/quantile.ts'

/** Bounds on the latency of refusals; at least one of them. */
export type FastOptions =
  | { readonly p50AtMost: Duration; readonly p95AtMost?: Duration }
  | { readonly p50AtMost?: Duration; readonly p95AtMost: Duration }

type Refused = Performed & { readonly answer: NonNullable<Performed['answer']> }

/** The fewest refusals a quantile is taken from. */
const leastRefusals = 5

/**
 * While the fault is in force a refusal costs the caller next to nothing: the breaker answers, not
 * a time-out. Unknown when fewer than 5 requests were refused meanwhile, unless the run had no
 * faults.
 */
export function fastRefusals(workload: Named, options: FastOptions): Checker {
  const { p50AtMost, p95AtMost } = options
  const bounds = [p50AtMost && `p50 ${p50AtMost}`, p95AtMost && `p95 ${p95AtMost}`].filter(Boolean)
  return {
    name: `fast refusals of ${workload.name}: ${bounds.join(', ')} at most`,
    timed: true,
    check: journal => judge(journal, workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: FastOptions): Finding {
  const window = faultWindow(journal)
  const refused = history(journal, workload)
    .filter(isRefused)
    .filter(each => window && within(window, each.invokedMs))
    .toSorted((a, b) => a.answer.latencyMs - b.answer.latencyMs)
  const latencies = refused.map(each => each.answer.latencyMs)
  const p50Ms = quantile(latencies, 0.5)
  const p95Ms = quantile(latencies, 0.95)
  const figures = { refused: refused.length, p50Ms, p95Ms }
  if (refused.length < leastRefusals && isCalm(journal)) {
    const story = `${refused.length} requests were refused in calm weather.`
    return { word: 'valid', story, figures }
  }
  if (refused.length < leastRefusals) {
    const story = `Only ${refused.length} requests were refused during the fault: too few to judge.`
    return { word: 'unknown', story, figures }
  }
  const story = `${refused.length} refusals: p50 ${p50Ms} ms, p95 ${p95Ms} ms.`
  const slow = exceeds(p50Ms, options.p50AtMost) || exceeds(p95Ms, options.p95AtMost)
  const slowest = refused.at(-1)
  if (!slow || !slowest) return { word: 'valid', story, figures }
  const { f, key, op, answer } = slowest
  const what = `${f} ${key ?? op} was refused after ${Math.round(answer.latencyMs)} ms`
  const witness = { what, entries: entriesOf(slowest), atMs: answer.atMs }
  return { word: 'invalid', story, figures, witness }
}

function exceeds(valueMs: number, bound: Duration | undefined): boolean {
  return bound !== undefined && valueMs > toMs(bound)
}

/** The service said no, whether or not it could say that nothing was done. */
function isRefused(each: Performed): each is Refused {
  const outcome = each.answer?.outcome
  return (
    outcome?.kind === 'fail' || (outcome?.kind === 'info' && outcome.error.startsWith('refused:'))
  )
}
