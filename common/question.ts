import { type Duration, toMs } from '../lab/base/duration.ts'
import {
  atMost,
  type Checker,
  type Experiment,
  errorRatio,
  experiment,
  honestRefusals,
  hypothesis,
  noCrashes,
  noLostWrites,
  recovers,
  type Strike,
} from '../lab/index.ts'
import type { Target } from '../lab/model/target.ts'
import type { RunningSystem } from '../targets/index.ts'
import type { CommonOptions } from './common-options.ts'
import type { Parts } from './parts.ts'

/** What is particular about one of the common experiments. */
export interface Question {
  readonly name: string
  readonly title: string
  readonly because: string
  readonly strikes: readonly Strike<RunningSystem>[]
  /** The strike that recovery is counted from. */
  readonly from: string
  /** It must recover while the fault's remains are still there. */
  readonly unaided?: true
  /** Clients may be cut off: it is about processes that end. */
  readonly cuts?: true
  /** When the last strike is over, from the start of the first. */
  readonly lasts: Duration
  /** How long it is watched in calm weather before; default '3s'. */
  readonly baseline?: Duration
  readonly checks?: Readonly<Record<string, Checker>>
}

/** How long recovery is watched once its time is over. */
const watchedMs = 2_500

/** The experiment of a question, with the checks that all have. */
export function questionOf(
  target: Target<RunningSystem>,
  parts: Parts,
  { name: _, from, unaided, cuts, strikes, lasts, ...question }: Question,
  options: CommonOptions,
): Experiment<RunningSystem> {
  const { write, read, deadline = '3s', recoverWithin = '4s', honest = false } = options
  const deadlineMs = toMs(deadline)
  const typed = {
    typed: ({ status }: { readonly status?: number }) => cuts || status !== undefined,
  }
  const refusals = { deadlineMs, ...(!honest && typed) }
  const recovery = {
    from,
    within: recoverWithin,
    ...(unaided && { unaided }),
    answeredWithin: deadline,
  }
  const own = parts.services.map(service => service.name)
  const afterMs = unaided ? 0 : toMs(recoverWithin)
  return experiment({
    title: question.title,
    because: question.because,
    target,
    steadyState: [
      hypothesis('nearly every write succeeds', errorRatio(write), atMost(0.01)),
      hypothesis('nearly every read succeeds', errorRatio(read), atMost(0.01)),
    ],
    workloads: [write, read],
    schedule: strikes,
    baseline: question.baseline ?? '3s',
    duration: `${toMs(lasts) + afterMs + watchedMs}ms`,
    recoverWithin: '20s',
    abortWhen: [errorRatio(read).above(0.98).for('20s')],
    checks: {
      kept: noLostWrites(write),
      alive: noCrashes({ of: new RegExp(`^(${own.join('|')})-\\d+$`) }),
      answered: honestRefusals(write, refusals),
      answeredReads: honestRefusals(read, refusals),
      back: recovers(write, recovery),
      backReads: recovers(read, recovery),
      ...question.checks,
    },
    defences: [],
  })
}
