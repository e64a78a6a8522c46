/** Writes so many minutes of production as a duration of the environment: `5m`, or `5s` in the lab. */
export type Minutes = (minutes: number) => string

/** A rule for every environment, with what to do when it fires. */
export interface AlertRule {
  readonly name: string
  /** `page` wakes somebody, `ticket` waits for the morning. */
  readonly severity: 'page' | 'ticket'
  /** How long it must be true, in minutes of production; 0 for a window that says so by itself. */
  readonly forMinutes: number
  /** PromQL; `seconds` is a number of minutes in seconds, for thresholds that are times. */
  expr(write: { readonly minutes: Minutes; readonly seconds: (minutes: number) => number }): string
  readonly summary: string
  /** One paragraph: what it means, where to look, what to do. */
  readonly runbook: string
}
