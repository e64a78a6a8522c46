import type { Undo } from './ledger.ts'
import type { Need } from './need.ts'
import type { Context, LabSystem } from './target.ts'

/**
 * One way of hurting a system. A fault is one file; it names by its selector's type the capability
 * of the part it hurts, and the compiler checks that the target offers it.
 */
export interface Fault<in System extends LabSystem = LabSystem> {
  readonly name: string
  /** `kill(redis primary)`: how plans, bands in plots and messages call it. */
  readonly label: string
  readonly needs: readonly Need[]
  /** lasting: can be undone. momentary: over when done. destructive: cannot be undone. */
  readonly kind: 'lasting' | 'momentary' | 'destructive'
  /** Picks the concrete part now, without touching it. */
  plan(system: System, context: Context): Promise<PlannedFault>
}

export interface PlannedFault {
  /** Undefined where nothing can or need be undone (momentary, destructive). */
  readonly undo: Undo | undefined
  /** Names of the links or processes it will touch: the blast radius. */
  readonly touches: readonly string[]
  /** Processes whose end, when it comes, is this fault's doing (a crash loop, used-up memory). */
  readonly mayEnd?: readonly string[]
  apply(): Promise<Injection>
}

/** A fault in force. The engine plays its `undo` through the ledger to end it. */
export interface Injection {
  /**
   * What was really touched so far, measured: bytes, messages, connections, operations; never the
   * number of toxics attached. Asked while the fault is in force. Zero makes the run inconclusive.
   */
  landed(): Landed | Promise<Landed>
}

/** In all, or for each part or link the fault was aimed at, by its name. */
export type Landed = number | Readonly<Record<string, number>>
