/** What a console draws of a monitoring system's figures; `dashboards/panels/` has lists of them. */
export interface DayPanel {
  readonly id: string
  readonly title: string
  readonly kind: 'lines' | 'states' | 'number'
  readonly unit: 'none' | 'seconds' | 'bytes' | 'perSecond' | 'bytesPerSecond' | 'share' | 'time'
  readonly queries: readonly {
    /** In the words of the monitoring system; `$window` stands for the stretch of rates. */
    readonly expr: string
    /** How a series is called: `{{consumer}} → {{provider}}`. */
    readonly legend: string
  }[]
}
