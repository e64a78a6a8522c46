import type { Rig, Runner } from './rig.ts'

/** What one figure shall be, as ratio of ours to Toxiproxy's (or, for `own`, to ours without it). */
export interface Goal {
  readonly figure: string
  readonly title: string
  readonly unit: string
  readonly better: 'less' | 'more'
  /** The ratio promised. */
  readonly ratio?: number
  /** The ratio hoped for. */
  readonly stretch?: number
  /** Ours alone must keep to this, in the figure's unit; Toxiproxy's is only told. */
  readonly atLeast?: number
}

/** A group of figures taken together. A file in `measures/` exports one as `measure`. */
export interface Measure {
  readonly name: string
  readonly goals: readonly Goal[]
  /** Most rounds it is worth; default as asked for on the command line. */
  readonly mostRounds?: number
  /** One round for one proxy. `baseline` is true for the one compared to. */
  run(runner: Runner, rig: Rig, baseline: boolean): Promise<Readonly<Record<string, number>>>
}
