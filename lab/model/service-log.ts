import type { Json } from '../base/json.ts'

/** What one line of a service's log tells the checks. */
export interface ServiceEvent {
  /** `breaker` with `{name, state}` is what the check of breakers reads. */
  readonly event: string
  readonly detail: Json
  /** When it was, in ms since 1970 by the writer's clock; default: when the line was read. */
  readonly wallMs?: number
}

/** The event of an error that nobody in the service handled; its detail has the `text`. */
export const unhandledError = 'unhandled-error'

/** The log of one process of the service, which becomes `service` entries of the journal. */
export interface ServiceLog {
  readonly instance: string
  readonly file: string
  /** Undefined for a line that is of no use to any check. */
  parse(line: string): ServiceEvent | undefined
}
