import type { Runtime } from '../base/runtime.ts'
import type { JournalFile } from '../journal/recorder.ts'

export interface RunOptions {
  /** The experiment's file name without `.ts`; names the run's folder. */
  readonly name: string
  /** How it was asked for, where that was by its file: the command that repeats the run says it so. */
  readonly asked?: string | undefined
  readonly seed: number
  /** Who injects network faults; default 'embedded'. */
  readonly proxy?: 'embedded' | 'toxiproxy'
  /** Where the servers run; default 'embedded'. */
  readonly runtime?: Runtime
  /** With `external`: whatever may be hurt may also lose its data for good. Default false. */
  readonly mayLoseAll?: boolean
  readonly defencesOff?: readonly string[]
  /** The control: the same run, but no fault is made. */
  readonly faultsOff?: boolean
  /** Controls whose strikes are added to the schedule. */
  readonly planted?: readonly string[]
  /** Where `runs/` and `.lab/` are; default: the working directory. */
  readonly root?: string
  /** Where the lab serves this run's metrics, for a Prometheus of the target: `127.0.0.1:9464`. */
  readonly metricsAddress?: string | undefined
  /** So many runs of this experiment are kept; default 30. */
  readonly keep?: number
  /** Interrupts the run; its reason names the signal: `SIGINT`. */
  readonly signal?: AbortSignal
  /** How long the command had been at work before the run began; counted in `startMs`. Default 0. */
  readonly commandMs?: number
  readonly progress?: (message: string) => void
  /** Called once the journal is open, before anything starts: for the live view and metrics. */
  readonly observe?: (journal: JournalFile, folder: string) => void
}
