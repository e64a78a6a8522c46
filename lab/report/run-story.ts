import type { Json } from '../base/json.ts'
import { ofKind } from '../checkers/shared/history.ts'
import type { Entry, Journal, Phase } from '../journal/journal.ts'

/** What a report tells of a run, read from the journal alone. Times are ms since the run began. */
export interface RunStory {
  readonly run: Extract<Entry, { readonly kind: 'run' }> | undefined
  readonly endMs: number
  /** What plots show: from the first traffic to the last, without the slow start and the reads. */
  readonly shown: { readonly fromMs: number; readonly toMs: number }
  readonly phases: readonly Span<Phase>[]
  readonly faults: readonly FaultStory[]
  readonly aborts: readonly Moment[]
  readonly errors: readonly Moment[]
  readonly hypotheses: readonly HypothesisStory[]
  readonly preflight: readonly Extract<Entry, { readonly kind: 'preflight' }>[]
  readonly system: Readonly<Record<string, string>>
  /** Names of workloads in order of appearance. */
  readonly workloads: readonly string[]
}

export interface Span<Name> {
  readonly name: Name
  readonly fromMs: number
  readonly toMs: number
}

export interface Moment {
  readonly atMs: number
  readonly text: string
}

export interface FaultStory {
  readonly id: number
  readonly label: string
  readonly touches: readonly string[]
  /** Undefined: it was planned and never came into force. */
  readonly appliedMs: number | undefined
  /** Undefined: it was never healed, or is over by its nature. */
  readonly healedMs: number | undefined
  readonly landed: number | undefined
  readonly error: string | undefined
}

export interface HypothesisStory {
  readonly sentence: string
  readonly expected: string
  readonly answers: readonly {
    readonly when: string
    readonly value: Json
    readonly held: boolean
  }[]
}

export function tellStory(journal: Journal): RunStory {
  const endMs = journal.at(-1)?.atMs ?? 0
  const workloads = [...ofKind(journal, 'invoke'), ...ofKind(journal, 'observed')]
  return {
    run: ofKind(journal, 'run')[0],
    endMs,
    shown: shownOf(journal, endMs),
    phases: phasesOf(journal, endMs),
    faults: faultsOf(journal),
    aborts: ofKind(journal, 'abort').map(({ atMs, reason }) => ({ atMs, text: reason })),
    errors: ofKind(journal, 'error').map(({ atMs, message }) => ({ atMs, text: message })),
    hypotheses: hypothesesOf(journal),
    preflight: ofKind(journal, 'preflight'),
    system: ofKind(journal, 'system')[0]?.description ?? {},
    workloads: [...new Set(workloads.map(entry => entry.workload))],
  }
}

function shownOf(journal: Journal, endMs: number) {
  const traffic = ofKind(journal, 'invoke')
  const first = traffic[0]?.atMs ?? 0
  const reads = ofKind(journal, 'phase').find(entry => entry.phase === 'final-reads')
  const last = reads?.atMs ?? endMs
  const fromMs = 1000 * Math.max(0, Math.floor(first / 1000 - 0.5))
  return { fromMs, toMs: Math.max(fromMs + 1000, 1000 * Math.ceil(last / 1000 + 0.5)) }
}

function phasesOf(journal: Journal, endMs: number): readonly Span<Phase>[] {
  const starts = ofKind(journal, 'phase')
  return starts.map(({ phase, atMs }, i) => {
    return { name: phase, fromMs: atMs, toMs: starts[i + 1]?.atMs ?? endMs }
  })
}

function faultsOf(journal: Journal): readonly FaultStory[] {
  const byId = Map.groupBy(ofKind(journal, 'fault'), entry => entry.id)
  return [...byId].map(([id, steps]) => {
    const step = (name: string) => steps.find(each => each.step === name)
    return {
      id,
      label: steps[0]?.label ?? '',
      touches: [...new Set(steps.flatMap(each => each.touches))],
      appliedMs: step('applied')?.atMs,
      healedMs: step('healed')?.atMs,
      landed: steps.findLast(each => each.landed !== undefined)?.landed,
      error: steps.find(each => each.error !== undefined)?.error,
    }
  })
}

function hypothesesOf(journal: Journal): readonly HypothesisStory[] {
  const bySentence = Map.groupBy(ofKind(journal, 'probe'), entry => entry.hypothesis)
  return [...bySentence].map(([sentence, probes]) => {
    const last = new Map(probes.map(({ when, value, held }) => [when, { when, value, held }]))
    return { sentence, expected: probes[0]?.expected ?? '', answers: [...last.values()] }
  })
}
