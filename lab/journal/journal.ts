import type { Json } from '../base/json.ts'

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

/** How an operation ended. `info`: it may or may not have happened; never counted as either. */
export type Outcome<Value = Json> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'fail'; readonly error: string }
  | { readonly kind: 'info'; readonly error: string }

/** What an operation is told that the lab itself had no room for; it makes a run inconclusive. */
export const shed = 'load shed by the lab'

/** One line of `journal.jsonl`, before the recorder numbers it. A discriminated union over `kind`. */
export type Event =
  | {
      readonly kind: 'run'
      readonly experiment: string
      readonly title: string
      readonly runId: string
      readonly seed: number
      readonly startedAt: string
      readonly defencesOff: readonly string[]
      readonly faultsOff: boolean
      /** Labels of the faults the run was to make, in the order of their ids. */
      readonly strikes: readonly string[]
      /** Controls whose strikes were added. */
      readonly planted: readonly string[]
      /** Who injected network faults. */
      readonly proxy: 'embedded' | 'toxiproxy'
      /** How long the command had been at work before the run began. */
      readonly commandMs?: number
      readonly plan: Json
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
      readonly fault: string
      readonly label: string
      readonly touches: readonly string[]
      readonly landed?: number
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
      readonly counts: Readonly<Record<string, number>>
    }
  /** A line of the service's own log or metrics that a check subscribed to. */
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
  | { readonly kind: 'overflow'; readonly dropped: number; readonly why: string }

/** What a proxy saw on a link. `at` is in the proxy's own monotonic time (`sourceAtMs` of the entry). */
export interface WireEvent {
  readonly kind: 'wire'
  readonly link: string
  readonly connection: number
  readonly what: 'connect' | 'refused' | 'close' | 'request' | 'response' | 'toxic' | 'unparsed'
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
