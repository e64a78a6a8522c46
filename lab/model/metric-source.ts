/** A figure of a monitoring system, by its labels. */
export interface MetricValue {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A monitoring system that can be asked for what it measures on the running system. */
export interface MetricSource {
  /** As of now. Rejects where it cannot tell, or refuses the expression. */
  query(expression: string): Promise<readonly MetricValue[]>
}
