import type { Duration } from '../base/duration.ts'
import type { Json } from '../base/json.ts'
import type { Random } from '../base/random.ts'
import type { Entry, Outcome } from '../journal/journal.ts'
import type { Context, LabSystem } from './target.ts'

/** One thing a client will do. */
export interface Operation {
  readonly f: string
  readonly key?: string
  readonly input: Json
}

/**
 * Traffic. Open loop, unless it has a think time: operations start at their intended times whether or
 * not earlier ones have ended, so a slow service does not slow its own load. Bounded: at most
 * `maxInFlight` at once; what would exceed that ends as `shed` and makes the run inconclusive.
 */
export interface Workload<in System extends LabSystem = LabSystem> {
  readonly name: string
  /**
   * Operations a second; a list is a course: each stage changes evenly from the rate before it. With
   * a think time the clients make the rate, and the verdict demands none.
   */
  readonly perSecond: number | readonly Stage[] | ClosedLoop
  readonly clients: number
  readonly maxInFlight: number
  /** After this long without an answer a client gives up: outcome `info`, counted as a hang. */
  readonly giveUpMs: number
  /** Links this traffic travels, by consumer>provider pattern, for the plan's sanity check. */
  readonly uses?: (link: { readonly name: string }) => boolean
  /** It ends by itself, on purpose; else a run whose traffic ends early is inconclusive. */
  readonly finite?: boolean
  operations(random: Random): Iterator<Operation>
  /**
   * Opens clients (connections, logins); disposed when traffic ends. Called again for the final
   * reads: what was made for the traffic is not made anew.
   */
  open(system: System, context: Context): Promise<WorkloadClients>
  /**
   * Reads at the end, on a calm system, from what the journal recorded of this workload: up to 16
   * clients side by side, each with one operation at a time.
   */
  finale?(journal: readonly Entry[]): Iterable<Operation>
  /** The final reads are made by one client, one after the other. */
  readonly finaleInOrder?: boolean
}

/**
 * A stage of the rate of a workload: over `for` it goes evenly from the rate before it to
 * `perSecond`; with `for: '0ms'` at once. The last rate goes on until the end.
 */
export interface Stage {
  readonly for: Duration
  readonly perSecond: number
}

/**
 * A closed loop: each client waits for its answer, then from half to one and a half of `thinkTime`
 * (the seed says how long), before its next operation. A slow service has less traffic then, as with
 * people who wait; what a constant stream of arrivals would suffer is not seen.
 */
export interface ClosedLoop {
  readonly thinkTime: Duration
}

export interface WorkloadClients extends AsyncDisposable {
  /** Never throws for what the service did: that is an outcome. A throw is the lab's own error. */
  perform(operation: Operation, client: number, signal: AbortSignal): Promise<Outcome>
}
