import type { Clock } from './clock.ts'
import type { Guardian } from './guardian/guardian.ts'
import type { Ledger, Undo } from './guardian/ledger.ts'
import type { Recorder } from './journal.ts'
import type { Random } from './random.ts'

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
  /** Defences that are switched off in this run. */
  readonly defencesOff: readonly string[]
  /** Who injects network faults: the embedded proxy, or the real Toxiproxy with ours as passive tap. */
  readonly proxy: 'embedded' | 'toxiproxy'
  /** A word to the person who watches (`downloading Redis …`). */
  readonly progress: (message: string) => void
}

/** A system that can be started, hurt, and stopped by disposing it. */
export interface Target<System extends LabSystem> {
  readonly name: string
  /** Names of the defences its service offers; an experiment may only name these. */
  readonly defences: readonly string[]
  start(context: Context): Promise<System>
}

/** What every started system offers the engine. */
export interface LabSystem extends AsyncDisposable {
  /** Every link, for preflight, the wire events, metrics and drawings. */
  readonly links: readonly Link[]
  /** Versions of servers, ports, settings: for the report. No secrets. */
  describe(): Readonly<Record<string, string>>
}

/** Picks the part when the fault strikes: a failover moves the primary. */
export type Selector<System, Part> = ((system: System) => Part | Promise<Part>) & {
  /** Shown in plans and drawings. */
  readonly label?: string
}

/** A part that can be killed (SIGKILL: no goodbye) and started again on the same address. */
export interface Killable {
  readonly name: string
  /** Concrete identity, for the ledger. */
  readonly processId: string
  /** How any process starts it again: for an embedded server, a word to the guardian that owns it. */
  readonly undoKill: Undo
  kill(): Promise<void>
  restart(): Promise<void>
}

/** A part that can be frozen and continued (SIGSTOP, SIGCONT, or the container's pause). */
export interface Pausable {
  readonly name: string
  readonly processId: string
  /** How any process lets it go on. */
  readonly undoPause: Undo
  pause(): Promise<void>
  resume(): Promise<void>
}

/** A network path from one consumer to one provider through a proxy. */
export interface Link {
  /** Unique, such as `api-1>redis-2`; also the proxy's name in Toxiproxy's API. */
  readonly name: string
  readonly consumer: string
  readonly provider: string
  readonly protocol: 'postgres' | 'redis' | 'http' | 'websocket' | 'tcp'
  /** Base URL of the Toxiproxy HTTP API that injects on this link (ours, or the real one). */
  readonly adminUrl: string
  /** Base URL of our own proxy's API on this link, which taps it either way. Has the events. */
  readonly tapUrl: string
  /** Token of the tap's API, when it has one. */
  readonly tapToken?: string
  readonly listenHost: string
  readonly listenPort: number
}

/** A part that is reached through links. */
export interface Linked {
  readonly name: string
  readonly links: readonly Link[]
}
