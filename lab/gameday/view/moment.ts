import type { Sample } from '../../journal/sample.ts'
import type { DayView } from './day-view.ts'

/** What a page shows of a day at one moment. */
export interface Moment {
  readonly view: DayView
  readonly samples: readonly Sample[]
}
