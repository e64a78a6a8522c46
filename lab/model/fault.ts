import type { Undo } from './ledger.ts'
import type { Context, LabSystem } from './target.ts'

/** What must exist before the target starts; the plan is refused where the runtime lacks it. */
export type Need = 'network-namespace' | 'limited-disk' | 'clock-shim' | 'root' | 'embedded-proxy'

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
  apply(): Promise<Injection>
}

/** A fault in force. The engine plays its `undo` through the ledger to end it. */
export interface Injection {
  /** Bytes, messages or processes really touched so far; zero at the end makes the run inconclusive. */
  landed(): number | Promise<number>
}
