/** What a panel draws, for Grafana and for the console of a game day alike. */
export interface Panel {
  /** Unique within all dashboards: consoles and tests name panels by it. */
  readonly id: string
  readonly title: string
  readonly kind: 'lines' | 'states' | 'number'
  readonly unit: 'none' | 'seconds' | 'bytes' | 'perSecond' | 'bytesPerSecond' | 'share' | 'time'
  readonly queries: readonly Query[]
}

export interface Query {
  /** PromQL; `$window` stands for the stretch that rates are taken over. */
  readonly expr: string
  /** `{{consumer}} → {{provider}}`; of Grafana's form. */
  readonly legend: string
}

export interface Board {
  /** Of its file: `dashboards/NAME.json`. */
  readonly name: string
  readonly title: string
  readonly panels: readonly Panel[]
}

/** The query with a window of this length, such as `5s`. */
export function withWindow({ expr }: Query, window: string): string {
  return expr.replaceAll('$window', window)
}
