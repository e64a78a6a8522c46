import type { Json } from '../base/json.ts'
import type { Verdict } from '../base/verdict.ts'
import type { Figures, Finding, Witness } from '../model/checker.ts'

/** What a run came to: the content of `verdict.json`. */
export interface Conclusion {
  readonly verdict: Verdict
  /** Of the command: the verdict's own, or 130 when interrupted, or 5 when this machine cannot run it. */
  readonly exitCode: number
  readonly experiment: string
  readonly title: string
  readonly seed: number
  readonly runId: string
  readonly startedAt: string
  readonly durationMs: number
  /** From the start of the run until traffic flowed; absent when it never did. */
  readonly startMs?: number
  readonly defencesOff: readonly string[]
  readonly faultsOff: boolean
  /** Controls that were planted. */
  readonly planted: readonly string[]
  /** Who injected network faults. */
  readonly proxy: 'embedded' | 'toxiproxy'
  readonly checks: Readonly<Record<string, JudgedCheck>>
  readonly hypotheses: readonly JudgedHypothesis[]
  readonly faults: readonly JudgedFault[]
  /** Why the verdict is what it is, worst first; empty when held. */
  readonly reasons: readonly Reason[]
}

export interface JudgedCheck {
  readonly checker: string
  readonly word: Finding['word']
  readonly story: string
  readonly figures: Figures
  readonly witness?: Witness
}

export interface JudgedHypothesis {
  readonly sentence: string
  readonly when: 'before' | 'during' | 'after' | 'rolled-back'
  readonly held: boolean
  readonly value: Json
  readonly expected: string
}

export interface JudgedFault {
  readonly id: number
  readonly label: string
  readonly landed?: number
  /** From here it may be felt: it is being made. */
  readonly plannedAtMs?: number
  readonly appliedAtMs?: number
  readonly healedAtMs?: number
}

export interface Reason {
  readonly word: Exclude<Verdict, 'held'>
  readonly text: string
  /** The check it is about, where it is about one. */
  readonly check?: string
}
