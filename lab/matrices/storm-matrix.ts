import { z } from 'zod'
import { type Verdict, verdicts, worst } from '../base/verdict.ts'
import { cellName, type Storm } from '../model/storm.ts'
import type { LabSystem } from '../model/target.ts'
import type { Conclusion } from '../verdict/conclusion.ts'
import { isCalm, type Weather } from './weather.ts'

/**
 * How a workload came through a fault. `held`: nobody noticed. `degraded`: slower, or some refused.
 * `refused`: most were refused, and every promise was kept. `broken`: a promise was not, or the
 * system did not come back.
 */
export const stormWords = ['held', 'degraded', 'refused', 'broken', 'inconclusive'] as const
export type StormWord = (typeof stormWords)[number]

export const stormResult = z.object({
  word: z.enum(stormWords),
  verdict: z.enum(verdicts),
  /** Relative to the project. */
  folder: z.string(),
  /** In a few words, for whoever points at the cell. */
  why: z.string(),
})
export type StormResult = z.infer<typeof stormResult>

export type StormCell = { readonly workload: string; readonly fault: string } & (
  | ({ readonly state: 'run' } & StormResult)
  | { readonly state: 'not applicable'; readonly why: string }
  | { readonly state: 'not run'; readonly why: string }
)

/** What a run of a cell came to. */
export function stormResultOf(
  { verdict, reasons }: Pick<Conclusion, 'verdict' | 'reasons'>,
  weather: Weather,
  folder: string,
): StormResult {
  const [reason] = reasons
  const why = verdict === 'held' ? weatherWords(weather) : (reason?.text.split('\n')[0] ?? '')
  return { word: wordOf(verdict, weather), verdict, folder, why }
}

function wordOf(verdict: Verdict, weather: Weather): StormWord {
  if (verdict === 'broken' || verdict === 'not-restored') return 'broken'
  if (verdict !== 'held' || weather.during === 0) return 'inconclusive'
  if (isCalm(weather)) return 'held'
  return weather.okShare < 0.5 ? 'refused' : 'degraded'
}

function weatherWords({ during, okShare, p95BeforeMs, p95DuringMs }: Weather): string {
  const time = (ms: number | undefined) => (ms === undefined ? 'none' : `${Math.round(ms)} ms`)
  const share = `${(100 * okShare).toFixed(okShare < 1 ? 1 : 0)} % of ${during} ok`
  return `${share}, p95 ${time(p95BeforeMs)} → ${time(p95DuringMs)}`
}

/** Every cell of a storm, with what is known of it. `lacking` says why a fault cannot be made here. */
export function stormCells<System extends LabSystem>(
  { workloads, faults }: Storm<System>,
  done: ReadonlyMap<string, StormResult>,
  lacking: ReadonlyMap<string, string>,
): readonly StormCell[] {
  return Object.entries(workloads).flatMap(([workload, { unfelt = {} }]) =>
    Object.keys(faults).map((fault): StormCell => {
      const at = { workload, fault }
      const why = unfelt[fault]
      if (why !== undefined) return { ...at, state: 'not applicable', why }
      const result = done.get(cellName(workload, fault))
      if (result) return { ...at, state: 'run', ...result }
      const reason = lacking.get(cellName(workload, fault)) ?? 'not yet in this round'
      return { ...at, state: 'not run', why: reason }
    }),
  )
}

/** The word of a matrix: the worst verdict of what was run. */
export function stormVerdict(cells: readonly StormCell[]): Verdict {
  return worst(cells.flatMap(cell => (cell.state === 'run' ? [cell.verdict] : [])))
}
