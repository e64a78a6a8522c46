/** One resilience measure: what it promises while it is on, and its parameters (units in the name). */
export interface Entry {
  readonly promise: string
  readonly settings: Readonly<Record<string, number>>
}
