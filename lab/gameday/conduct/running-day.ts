import type { JournalFile } from '../../journal/recorder.ts'
import type { GameDay } from '../../model/game-day.ts'
import type { Context, LabSystem } from '../../model/target.ts'
import type { Injector } from '../../run/injector.ts'
import type { Pace } from '../../traffic/pace.ts'
import type { DayState } from '../record/day-state.ts'
import type { Series } from '../record/series.ts'

/** What a session works with: a system that runs under traffic, and the record of its day. */
export interface RunningDay<System extends LabSystem = LabSystem> {
  readonly name: string
  readonly day: GameDay<System>
  readonly system: System
  readonly context: Context
  readonly journal: JournalFile
  readonly injector: Injector<System>
  readonly paces: ReadonlyMap<string, Pace>
  readonly state: DayState
  readonly series: Series
  /** Where its undos are written. */
  readonly ledgerFile: string
  /** The project, in which `experiments/` is. */
  readonly root: string
  /** Rejects when the lab itself fails: traffic that throws, a guardian that is lost. */
  readonly failed: Promise<never>
}
