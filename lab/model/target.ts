import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Runtime } from '../base/runtime.ts'
import type { Recorder } from '../journal/journal.ts'
import type { AlertSource } from './alerts.ts'
import type { Link } from './capability.ts'
import type { ExternalSystem } from './external/external-system.ts'
import type { Guardian } from './guardian.ts'
import type { Ledger } from './ledger.ts'
import type { Meter } from './meter.ts'
import type { MetricSource } from './metric-source.ts'
import type { Need } from './need.ts'
import type { ServiceLog } from './service-log.ts'

/** What a target, a fault or a workload may use of the run it belongs to. */
export interface Context {
  readonly runId: string
  /** `runs/<experiment>/<time>`: results, kept. */
  readonly runFolder: string
  /** A scratch folder for data of servers; removed at the end, by the guardian if need be. */
  readonly scratchFolder: string
  readonly clock: Clock
  readonly random: Random
  readonly recorder: Recorder
  readonly ledger: Ledger
  /** Starts servers so that they die with the lab. */
  readonly guardian: Guardian
  readonly signal: AbortSignal
  /** What the plan's faults need: a small disk, a clock shim; the target provides it at its start. */
  readonly needs: readonly Need[]
  /** Alerts are asked for: the target starts what evaluates their rules. Default false. */
  readonly watchesAlerts?: boolean
  /** Where the lab serves its own metrics, for a Prometheus of the target: `127.0.0.1:9464`. */
  readonly metricsAddress?: string
  /** Defences that are switched off in this run. */
  readonly defencesOff: readonly string[]
  /** Who injects network faults: the embedded proxy, or the real Toxiproxy with ours as passive tap. */
  readonly proxy: 'embedded' | 'toxiproxy'
  /** Where the servers run; default `embedded`. */
  readonly runtime?: Runtime
  /** What runs already; with `runtime: 'external'`, and only then. */
  readonly external?: ExternalSystem
  /** A word to the person who watches (`downloading Redis …`). */
  readonly progress: (message: string) => void
  /** Put on every toxic of our own proxy: it ends by itself unless it is renewed. Default: none. */
  readonly lease?: { readonly ttlMs: number; readonly heartbeat: boolean }
}

/** A system that can be started, hurt, and stopped by disposing it. */
export interface Target<System extends LabSystem> {
  readonly name: string
  /** Names of the defences its service offers; an experiment may only name these. */
  readonly defences: readonly string[]
  /** Why it cannot stand there; undefined where it can. Default: it can be `embedded` and nothing else. */
  refuses?(runtime: Runtime): string | undefined
  start(context: Context): Promise<System>
}

/** What every started system offers the engine. */
export interface LabSystem extends AsyncDisposable {
  /** Every link, for preflight, the wire events, metrics and drawings. */
  readonly links: readonly Link[]
  /** Logs of the service's processes: their lines become `service` entries. */
  readonly logs?: readonly ServiceLog[]
  /** Asked each second: their figures become `resources` entries. */
  readonly meters?: readonly Meter[]
  /** Asked twice a second, where a check asks for alerts. */
  readonly alerts?: AlertSource
  /** What is asked for the panels of a game day. */
  readonly metrics?: MetricSource
  /** Versions of servers, ports, settings: for the report. No secrets. */
  describe(): Readonly<Record<string, string>>
}
