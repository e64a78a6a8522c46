import type { Undo } from './ledger.ts'

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

/** A part that can be asked to end (SIGTERM, or its own signal) and started again on its address. */
export interface Stoppable {
  readonly name: string
  readonly processId: string
  /** How any process starts it again. */
  readonly undoKill: Undo
  /** Resolves when it has ended; who does not in time is killed. */
  stop(): Promise<void>
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
