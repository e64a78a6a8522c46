import type { Json } from '../base/json.ts'
import type { Random } from '../base/random.ts'
import type { Outcome } from '../journal/journal.ts'
import type { Context, LabSystem } from './target.ts'

/** One thing a client will do. */
export interface Operation {
  readonly f: string
  readonly key?: string
  readonly input: Json
}

/**
 * Traffic. Open loop: operations start at their intended times whether or not earlier ones have
 * ended, so a slow service does not slow its own load. Bounded: at most `maxInFlight` at once;
 * what would exceed that is recorded as `info: load shed by the lab` and makes the run inconclusive.
 */
export interface Workload<in System extends LabSystem = LabSystem> {
  readonly name: string
  readonly perSecond: number
  readonly clients: number
  readonly maxInFlight: number
  /** After this long without an answer a client gives up: outcome `info`, counted as a hang. */
  readonly giveUpMs: number
  /** Links this traffic travels, by consumer>provider pattern, for the plan's sanity check. */
  readonly uses?: (link: { readonly name: string }) => boolean
  operations(random: Random): Iterator<Operation>
  /** Opens clients (connections, logins); disposed when traffic ends. */
  open(system: System, context: Context): Promise<WorkloadClients>
  /** Reads at the end, one client, calm system; from what the journal recorded of this workload. */
  finale?(journal: readonly import('../journal/journal.ts').Entry[]): Iterable<Operation>
}

export interface WorkloadClients extends AsyncDisposable {
  /** Never throws for what the service did: that is an outcome. A throw is the lab's own error. */
  perform(operation: Operation, client: number, signal: AbortSignal): Promise<Outcome>
}
