import type { Failure, Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew } from '../shared/conclude.ts'
import { delayed, endedAs, indicesOf, oneOf, told, unanswered } from '../shared/falsify.ts'
import {
  entriesOf,
  isOk,
  type Named,
  nameOf,
  type Performed,
  trafficOf,
} from '../shared/history.ts'
import { endedBefore, faultWindow, overlaps } from '../shared/strikes.ts'

export interface RefusalOptions {
  /** Any answer after this long, from the intended start, is late. */
  readonly deadlineMs: number
  /**
   * Whether a failure tells the caller what it is; default: it ended `refused`, and where it has a
   * status of 500 to 599 that is 503 or 504, with a code.
   */
  readonly typed?: (failure: Failure) => boolean
}

const violations = ['hung', 'late', 'untyped'] as const
type End = 'answered' | 'refused' | 'shed' | (typeof violations)[number]

/**
 * From the first fault on, every operation is answered before its deadline, those that were in
 * flight when it struck too, and what is not ok says in a typed error what it is. (Before it, the
 * steady-state hypotheses judge.) `hung`: no answer until the client gave up. `late`: after the
 * deadline. `untyped`: an error, or a cut connection, that tells the caller nothing; a server error
 * says so by its status. Unknown when nothing ran during the fault, or when the lab itself shed
 * some.
 */
export function honestRefusals(workload: Named, options: RefusalOptions): Checker {
  return {
    name: `honest refusals of ${workload.name}: within ${options.deadlineMs} ms`,
    timed: true,
    check: journal => judge(journal, workload, options),
    lies: liesOf(workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: RefusalOptions): Finding {
  const window = faultWindow(journal)
  const traffic = window
    ? trafficOf(journal, workload).filter(each => !endedBefore(each, window.fromMs))
    : []
  const ends = Map.groupBy(traffic, each => endOf(each, options))
  const count = (end: End) => ends.get(end)?.length ?? 0
  const during = traffic.filter(each => window && overlaps(each, window)).length
  const shed = count('shed')
  return conclude({
    journal,
    violations: violations.flatMap(kind =>
      (ends.get(kind) ?? []).map(each => ({
        kind,
        what: sentence(each, kind, options),
        entries: entriesOf(each),
        atMs: each.answer?.atMs ?? each.invokedMs,
      })),
    ),
    figures: {
      operations: traffic.length,
      duringFault: during,
      ...{ answered: count('answered'), refused: count('refused'), shedByTheLab: shed },
      ...Object.fromEntries(violations.map(kind => [kind, 0])),
    },
    unseen: [
      ...tooFew('Operations during the fault', during, 1),
      ...(shed > 0 ? [`${shed} operations were never sent`] : []),
      ...gapsIn(journal),
    ],
    story:
      `All ${traffic.length} operations were answered within ${options.deadlineMs} ms; ` +
      `${count('refused')} of them by a typed refusal.`,
  })
}

function endOf({ answer }: Performed, { deadlineMs, typed = isTyped }: RefusalOptions): End {
  if (!answer) return 'hung'
  const { outcome, latencyMs } = answer
  if (outcome.kind !== 'ok' && outcome.ended === 'shed') return 'shed'
  if (outcome.kind !== 'ok' && outcome.ended === 'gave-up') return 'hung'
  if (latencyMs > deadlineMs) return 'late'
  if (outcome.kind === 'ok') return 'answered'
  return typed(outcome) ? 'refused' : 'untyped'
}

/** What 503 and 504 are about may pass; any other server error is one that nobody thought of. */
function isTyped({ ended, status, code }: Failure): boolean {
  if (ended !== 'refused') return false
  if (status === undefined || status < 500 || status > 599) return true
  return (status === 503 || status === 504) && code !== undefined
}

function sentence(each: Performed, kind: End, { deadlineMs }: RefusalOptions): string {
  const { answer } = each
  if (!answer) return `${nameOf(each)} was never answered`
  if (kind === 'late') {
    const took = Math.round(answer.latencyMs)
    return `${nameOf(each)} was answered after ${took} ms (${deadlineMs} allowed)`
  }
  if (answer.outcome.kind === 'ok') return `${nameOf(each)} was answered`
  const { error, status } = answer.outcome
  return `${nameOf(each)} ended with: ${error}${status === undefined ? '' : ` (status ${status})`}`
}

/** Endings that tell the caller nothing; by default the first of them is untyped already. */
const mute = [
  {
    name: 'answers one request with a bare server error',
    outcome: { kind: 'info', ended: 'untyped', status: 500, error: '500' },
  },
  {
    name: 'cuts one request off without an answer',
    outcome: { kind: 'info', ended: 'cut', error: 'connection: closed' },
  },
] as const

function liesOf(workload: Named, options: RefusalOptions): readonly Lie[] {
  const { typed = isTyped } = options
  const lie = (name: string, change: (journal: Journal, one: Performed) => Journal): Lie => ({
    name,
    found: 'invalid',
    tell: (journal, random) => {
      const window = faultWindow(journal)
      const ok = trafficOf(journal, workload).filter(
        each => window && isOk(each) && !endedBefore(each, window.fromMs),
      )
      const one = oneOf(random, ok)
      return one && told(change(journal, one), indicesOf([one]))
    },
  })
  return [
    lie('answers one request a millisecond after its deadline', (journal, { answer }) =>
      answer
        ? delayed(journal, [answer.index], options.deadlineMs + 1 - answer.latencyMs)
        : journal,
    ),
    lie('never answers one request', (journal, one) => unanswered(journal, [one])),
    ...mute
      .filter(({ outcome }) => !typed(outcome))
      .slice(0, 1)
      .map(({ name, outcome }) => lie(name, (journal, one) => endedAs(journal, [one], outcome))),
  ]
}
