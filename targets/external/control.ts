import type { Undo } from '../../lab/model/ledger.ts'

/** A process as it runs now; `id` differs from that of every other incarnation. */
export interface Incarnation {
  readonly id: string
  /** Of this machine; 0 where that is not known. */
  readonly pid: number
}

/** What can be done to a process that the lab did not start. What is left out was not described. */
export interface Control {
  /** Undefined while it does not run. */
  look(): Promise<Incarnation | undefined>
  /** Resolves once this incarnation has ended, to its exit code where that is known. */
  ended(of: Incarnation, signal: AbortSignal): Promise<number | null>
  readonly kill?: ((of: Incarnation) => Promise<void>) | undefined
  readonly stop?: ((of: Incarnation) => Promise<void>) | undefined
  /** Harmless while it runs. */
  readonly start?: (() => Promise<void>) | undefined
  readonly pause?: ((of: Incarnation) => Promise<void>) | undefined
  /** Harmless unless it is paused. */
  readonly resume?: ((of: Incarnation) => Promise<void>) | undefined
  /** The same as data, for whoever undoes it when the lab is gone. */
  undo(action: 'start' | 'resume', of: Incarnation | undefined): Undo
  /** Its id in the engine, where it is a container. */
  readonly container?: string
  /** Appends what it writes to its log from now on to a file, until the signal aborts. */
  followLog?(file: string, signal: AbortSignal): Promise<void>
}
