import type { Json } from '../base/json.ts'
import type { Runtime } from '../base/runtime.ts'
import type { CrewEvent } from './crew.ts'
import type { PlanEntry } from './plan.ts'
import type { SampleEvent } from './sample.ts'
import type { WireCounts } from './wire-counters.ts'

/** Of a run, in their order. */
export const phases = [
  'start',
  'preflight',
  'baseline',
  'inject',
  'heal',
  'recover',
  'final-reads',
  'check',
] as const
export type Phase = (typeof phases)[number]

/**
 * The way in which an operation that is not ok ended, for checks to decide on:
 * - `refused`: a typed answer that says what became of the request (an RFC 9457 problem, a Redis or
 *   SQL error the client knows);
 * - `untyped`: an answer from which the caller learns nothing;
 * - `cut`: the connection failed or was closed before an answer;
 * - `gave-up`: no answer until the client's patience ended;
 * - `shed`: the lab itself did not send it, having too much in flight.
 */
export const endings = ['refused', 'untyped', 'cut', 'gave-up', 'shed'] as const
export type Ending = (typeof endings)[number]

/** What is known of an operation that did not end ok; `error` is for people, the rest for checks. */
export interface Failure {
  readonly error: string
  readonly ended: Ending
  /** An HTTP status or the close code of a web socket. */
  readonly status?: number
  /** The stable code of the error: `out-of-stock`, `40001`, `READONLY`. */
  readonly code?: string
  /** When the service asked to be asked again, as in HTTP's Retry-After. */
  readonly retryAfterMs?: number
}

/** An alert as its rule has it now: `pending` until it has been true for as long as the rule demands. */
export interface ActiveAlert {
  readonly name: string
  readonly state: 'pending' | 'firing'
  /** Which of several things it is about: `{ instance: 'shop-1' }`. */
  readonly labels: Readonly<Record<string, string>>
}

/** How an operation ended. `info`: it may or may not have happened; never counted as either. */
export type Outcome<Value = Json> =
  | { readonly kind: 'ok'; readonly value: Value }
  | ({ readonly kind: 'fail' } & Failure)
  | ({ readonly kind: 'info' } & Failure)

/** Operations of the final reads are numbered from here, clear of those of the traffic. */
export const firstFinalOp = 1_000_000_000

/** One line of `journal.jsonl`, before the recorder numbers it. A discriminated union over `kind`. */
export type Event =
  | {
      readonly kind: 'run'
      readonly experiment: string
      /** What the command line was given, where it was a file and not a name. */
      readonly asked?: string
      readonly title: string
      readonly runId: string
      readonly seed: number
      readonly startedAt: string
      readonly defencesOff: readonly string[]
      readonly faultsOff: boolean
      /** Controls whose strikes were added. */
      readonly planted: readonly string[]
      /** Who injected network faults. */
      readonly proxy: 'embedded' | 'toxiproxy'
      /** Where its servers ran; as processes of the machine where it is not said. */
      readonly runtime?: Runtime
      /** How long the command had been at work before the run began. */
      readonly commandMs?: number
      /** What the run demands as evidence is read from here. */
      readonly plan: PlanEntry
      readonly versions: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'system'
      readonly description: Readonly<Record<string, string>>
      readonly links: readonly string[]
    }
  | { readonly kind: 'phase'; readonly phase: Phase }
  | {
      readonly kind: 'invoke'
      readonly workload: string
      readonly op: number
      readonly client: number
      readonly f: string
      readonly key?: string
      readonly input: Json
      readonly intendedMs: number
    }
  | {
      readonly kind: 'complete'
      readonly workload: string
      readonly op: number
      readonly client: number
      readonly f: string
      readonly outcome: Outcome
      /** From the intended start. */
      readonly latencyMs: number
    }
  /** A workload's traffic began, or ended: `stopped` by the run, `done` when it had no more operations. */
  | {
      readonly kind: 'traffic'
      readonly workload: string
      readonly step: 'began' | 'ended'
      /** Of an end. */
      readonly why?: 'stopped' | 'done'
    }
  /** Something a workload's client saw that was no answer: a chat frame, a closed socket. */
  | {
      readonly kind: 'observed'
      readonly workload: string
      readonly client: number
      readonly what: string
      readonly value: Json
    }
  | {
      readonly kind: 'fault'
      readonly step: 'planned' | 'applied' | 'healed' | 'landed'
      readonly id: number
      /** The strike's name in the plan; checks of recovery count from a strike by its name. */
      readonly strike: string
      readonly fault: string
      readonly label: string
      readonly touches: readonly string[]
      /** Processes whose end is this fault's doing. */
      readonly mayEnd?: readonly string[]
      /** Bytes, messages, connections or operations really touched. */
      readonly landed?: number
      /** The same for each part or link it was aimed at, where the fault can tell them apart. */
      readonly landedOn?: Readonly<Record<string, number>>
      readonly error?: string
    }
  | {
      readonly kind: 'probe'
      readonly hypothesis: string
      /** after: once the faults are healed, under traffic. rolled-back: everything undone, traffic over. */
      readonly when: 'before' | 'during' | 'after' | 'rolled-back'
      readonly value: Json
      readonly held: boolean
      readonly expected: string
      /** There was too little traffic to say: neither held nor fallen. */
      readonly tooFew?: true
      /** The stretch of the run it was measured over; none where it is of a single moment. */
      readonly window?: {
        readonly fromMs: number
        readonly toMs: number
        readonly samples: number
        /** How late the lab itself started operations in it, at the 95th percentile. */
        readonly lateMs: number
      }
      /** What this window would have shown: `an error ratio of 4 % or more, at 95 %`. */
      readonly sees?: string
    }
  | {
      readonly kind: 'preflight'
      readonly link: string
      readonly passed: boolean
      readonly detail: string
    }
  | WireEvent
  | {
      readonly kind: 'wire-count'
      readonly link: string
      readonly counts: WireCounts
    }
  /**
   * What became of a process of the run. `asked`: the lab or a strike wanted it so; an end that
   * nobody asked for keeps the run from being held.
   */
  | {
      readonly kind: 'process'
      readonly process: string
      readonly step: 'spawned' | 'ready' | 'paused' | 'resumed' | 'exited'
      readonly asked: boolean
      readonly pid: number
      readonly code?: number
      readonly signal?: string
      /** The last lines of its log, at its end. */
      readonly log?: string
    }
  /**
   * A sample, each second, of a process of the run or of a server's own view. Figures have their unit
   * in the name: `memoryBytes`, `cpuMs` (since its start), `descriptors`, `connections`,
   * `eventLoopLagMs`; of servers `sessions`, `clients`.
   */
  | {
      readonly kind: 'resources'
      readonly of: string
      readonly figures: Readonly<Record<string, number>>
    }
  /** What a monitoring system said when asked, twice a second: its alerts that are not at rest. */
  | { readonly kind: 'alerts'; readonly active: readonly ActiveAlert[] }
  /** The lab's own process stood still: what it measured meanwhile may be its own lateness. */
  | { readonly kind: 'stall'; readonly stalledMs: number }
  /** A line of the service's own log or metrics: a breaker that opened, a retry, a refusal. */
  | {
      readonly kind: 'service'
      readonly instance: string
      readonly event: string
      readonly detail: Json
    }
  /** How far another process's clock is from the lab's: `sourceAtMs` entries are already moved by it. */
  | {
      readonly kind: 'clock'
      readonly of: string
      readonly offsetMs: number
      readonly toleranceMs: number
    }
  | { readonly kind: 'abort'; readonly reason: string; readonly signal?: string }
  | {
      readonly kind: 'error'
      readonly message: string
      readonly stack?: string
      /** Where the error calls for another word: leftovers, or a machine that cannot run it. */
      readonly verdict?: 'not-restored' | 'unable'
    }
  | { readonly kind: 'note'; readonly text: string }
  /** Of a game day alone. */
  | CrewEvent
  | SampleEvent
  | { readonly kind: 'overflow'; readonly dropped: number; readonly why: string }

/** What a proxy saw on a link. `at` is in the proxy's own monotonic time (`sourceAtMs` of the entry). */
export interface WireEvent {
  readonly kind: 'wire'
  readonly link: string
  readonly connection: number
  /**
   * `abandoned`: one side let go of a connection that a fault has cut off, which the other side may
   * never learn; `detail` is `client` (the link's consumer) or `upstream` (its provider).
   */
  readonly what:
    | 'connect'
    | 'refused'
    | 'close'
    | 'request'
    | 'response'
    | 'toxic'
    | 'unparsed'
    | 'abandoned'
  /** `SET`, `WAIT`, `COMMIT`, `POST /orders`, `text`: the message's kind in its protocol. */
  readonly message?: string
  /** The key, table or path it is about. */
  readonly key?: string
  /** The trace id found in an SQL comment or a header. */
  readonly trace?: string
  /** The error code of a response: `READONLY`, `40001`, `503`. */
  readonly error?: string
  readonly detail?: string
}

/** An event as the one recorder wrote it. */
export type Entry = Event & {
  /** Position in the journal, from 0, without gaps. */
  readonly index: number
  /** When the recorder took it, in ms since the run began. */
  readonly atMs: number
  readonly source: string
  /** The source's own monotonic time, where the source is another process. */
  readonly sourceAtMs?: number
}

/** A journal, whole, in the order of its index. Checkers are pure functions of it. */
export type Journal = readonly Entry[]

export interface Recorder {
  record(event: Event, from?: { readonly source: string; readonly sourceAtMs?: number }): Entry
}
