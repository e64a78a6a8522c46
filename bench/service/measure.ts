import type { Usage } from './cpu.ts'
import type { System } from './system.ts'

/** What one figure shall be. Without a bound it is only told. */
export interface Goal {
  readonly figure: string
  readonly title: string
  readonly unit: string
  readonly atLeast?: number
  readonly atMost?: number
  /** The catalogue names no bound here; this one is ours. */
  readonly isOwn?: true
  /** Where the catalogue names it, when that is not the measure's scenario. */
  readonly scenario?: string
}

/** A while in which figures were taken. */
export interface Stretch {
  readonly figures: Readonly<Record<string, number>>
  /** What took the machine's time meanwhile; without, nothing much did. */
  readonly usage?: Usage
}

/** A line of a plot; those with the same plot are drawn together. */
export interface Curve {
  readonly plot: string
  readonly x: string
  readonly y: string
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Found {
  readonly stretches: readonly Stretch[]
  readonly curves?: readonly Curve[]
}

/** A group of figures taken together. A file in `measures/` exports one as `measure`. */
export interface Measure {
  readonly name: string
  /** The first it shows, by the catalogue's ID. */
  readonly scenario: string
  readonly goals: readonly Goal[]
  run(system: System): Promise<Found>
}
