import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import {
  clearest,
  entriesOf,
  faultWindow,
  history,
  type Named,
  type Performed,
  within,
} from '../shared/history.ts'

export interface RefusalOptions {
  /** Any answer after this long, from the intended start, is late. */
  readonly deadlineMs: number
  /** Whether an error names its kind; default: it starts with `refused:` or `unconfirmed:`. */
  readonly typed?: (error: string) => boolean
}

const sins = ['hung', 'late', 'untyped'] as const
type Ending = 'answered' | 'refused' | 'shed' | (typeof sins)[number]

/**
 * From the first fault on, every operation is answered before its deadline, and what is not ok says
 * in a typed error what it is. (Before it, the steady-state hypotheses judge.) `hung`: no answer
 * until the client gave up. `late`: after the deadline. `untyped`: an error, or a cut connection,
 * that tells the caller nothing. Unknown when nothing ran during the fault.
 */
export function honestRefusals(workload: Named, options: RefusalOptions): Checker {
  return {
    name: `honest refusals of ${workload.name}: within ${options.deadlineMs} ms`,
    timed: true,
    check: journal => judge(journal, workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: RefusalOptions): Finding {
  const window = faultWindow(journal)
  const traffic = history(journal, workload).filter(
    each => window && each.invokedMs >= window.fromMs && each.phase !== 'final-reads',
  )
  const endings = Map.groupBy(traffic, each => ending(each, options))
  const count = (word: Ending) => endings.get(word)?.length ?? 0
  const during = traffic.filter(each => window && within(window, each.invokedMs)).length
  const figures = {
    operations: traffic.length,
    duringFault: during,
    answered: count('answered'),
    refused: count('refused'),
    late: count('late'),
    hung: count('hung'),
    untyped: count('untyped'),
    shedByTheLab: count('shed'),
  }
  const guilty = sins.flatMap(sin => endings.get(sin) ?? [])
  const shown = clearest(
    journal,
    guilty.map(each => ({ each, atMs: end(each) })),
  )
  if (shown) {
    const { each, atMs } = shown
    const counted = sins.filter(sin => count(sin) > 0).map(sin => `${count(sin)} ${sin}`)
    const story = `Of ${traffic.length} operations: ${counted.join(', ')}.`
    const witness = { what: telling(each, options), entries: entriesOf(each), atMs }
    return { word: 'invalid', story, figures, witness }
  }
  if (during === 0) {
    return { word: 'unknown', story: 'No operation ran during the fault.', figures }
  }
  const story =
    `All ${traffic.length} operations were answered within ${options.deadlineMs} ms; ` +
    `${figures.refused} of them by a typed refusal.`
  return { word: 'valid', story, figures }
}

function ending(each: Performed, options: RefusalOptions): Ending {
  const { answer } = each
  if (!answer) return 'hung'
  const { outcome, latencyMs } = answer
  if (outcome.kind !== 'ok' && outcome.ended === 'shed') return 'shed'
  if (outcome.kind !== 'ok' && outcome.ended === 'gave-up') return 'hung'
  if (latencyMs > options.deadlineMs) return 'late'
  if (outcome.kind === 'ok') return 'answered'
  return (options.typed ?? isTyped)(outcome.error) ? 'refused' : 'untyped'
}

const isTyped = (error: string) => /^(refused|unconfirmed):/.test(error)
const end = (each: Performed) => each.answer?.atMs ?? each.invokedMs

function telling(each: Performed, options: RefusalOptions): string {
  const name = `${each.f} ${each.key ?? each.op}`
  const { answer } = each
  if (!answer) return `${name} was never answered`
  if (ending(each, options) === 'late') {
    const took = Math.round(answer.latencyMs)
    return `${name} was answered after ${took} ms (${options.deadlineMs} allowed)`
  }
  const error = answer.outcome.kind === 'ok' ? '' : answer.outcome.error
  return `${name} ended with: ${error}`
}
