import type { Json } from '../../base/json.ts'
import { quantile } from '../../base/quantile.ts'
import type { Entry, Phase } from '../../journal/journal.ts'

/** Traffic is shown over this much of the past. */
export const recentMs = 2_000
/** One bar of a workload's spark line. */
const sparkMs = 1_000

type Complete = Extract<Entry, { readonly kind: 'complete' }>

export interface Flow {
  readonly workload: string
  readonly okPerSecond: number
  readonly failPerSecond: number
  readonly infoPerSecond: number
  /** Undefined while nothing was ok. */
  readonly p95Ms: number | undefined
  /** Ok answers of each whole second so far. */
  readonly spark: readonly number[]
}

export interface ActiveFault {
  readonly label: string
  readonly appliedMs: number
  readonly healedMs: number | undefined
}

export interface AskedHypothesis {
  readonly held: boolean
  readonly value: Json
  readonly expected: string
}

/** What a person who watches wants to know now, kept up to date entry by entry. */
export class LiveState {
  phase: Phase = 'start'
  phaseSinceMs = 0
  /** When the faults' clock began. */
  injectMs: number | undefined
  word: string | undefined
  readonly phases: Phase[] = []
  readonly faults = new Map<number, ActiveFault>()
  readonly hypotheses = new Map<string, AskedHypothesis>()
  readonly #recent = new Map<string, Complete[]>()
  readonly #spark = new Map<string, number[]>()

  take(entry: Entry): void {
    if (entry.kind === 'complete') this.#completed(entry)
    if (entry.kind === 'phase') this.#entered(entry.phase, entry.atMs)
    if (entry.kind === 'abort') this.word = `aborting: ${entry.reason}`
    if (entry.kind === 'error') this.word = entry.message.split('\n')[0]
    if (entry.kind === 'probe') {
      const { hypothesis, held, value, expected } = entry
      this.hypotheses.set(hypothesis, { held, value, expected })
    }
    if (entry.kind === 'fault') {
      const { id, label, step, atMs } = entry
      const known = this.faults.get(id)
      if (step === 'applied') this.faults.set(id, { label, appliedMs: atMs, healedMs: undefined })
      if (step === 'healed' && known) this.faults.set(id, { ...known, healedMs: atMs })
    }
  }

  flows(nowMs: number): readonly Flow[] {
    return [...this.#recent].map(([workload, answers]) => {
      const recent = answers.filter(each => each.atMs > nowMs - recentMs)
      this.#recent.set(workload, recent)
      const perSecond = (kind: Complete['outcome']['kind']) =>
        (1000 * recent.filter(each => each.outcome.kind === kind).length) / recentMs
      const oks = recent.filter(each => each.outcome.kind === 'ok').map(each => each.latencyMs)
      return {
        workload,
        okPerSecond: perSecond('ok'),
        failPerSecond: perSecond('fail'),
        infoPerSecond: perSecond('info'),
        p95Ms:
          oks.length > 0
            ? quantile(
                oks.toSorted((a, b) => a - b),
                0.95,
              )
            : undefined,
        spark: (this.#spark.get(workload) ?? []).slice(0, Math.floor(nowMs / sparkMs)),
      }
    })
  }

  #entered(phase: Phase, atMs: number): void {
    this.phase = phase
    this.phaseSinceMs = atMs
    this.phases.push(phase)
    this.word = undefined
    if (phase === 'inject') this.injectMs = atMs
  }

  #completed(entry: Complete): void {
    if (this.phase === 'final-reads') return
    const { workload, atMs, outcome } = entry
    const recent = this.#recent.get(workload) ?? []
    recent.push(entry)
    this.#recent.set(workload, recent)
    if (outcome.kind !== 'ok') return
    const spark = this.#spark.get(workload) ?? []
    this.#spark.set(workload, spark)
    const second = Math.floor(atMs / sparkMs)
    while (spark.length <= second) spark.push(0)
    spark[second] = (spark[second] ?? 0) + 1
  }
}
