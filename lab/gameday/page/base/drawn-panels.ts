import type { Sample } from '../../../journal/sample.ts'
import type { Opened } from '../../record/day-state.ts'
import { colour, type Line, type Panel } from './panels.ts'
import { scaleOf } from './units.ts'

export type Shown = NonNullable<Opened['panels']>[number]

/** A panel of the shared list as a plot, where it is one of lines. */
export function drawnPanel({ id, title, unit }: Shown): Panel {
  const scale = scaleOf(unit)
  return {
    title,
    unit: scale.unit,
    lines: samples =>
      seriesOf(id, samples).map((name, i): Line => {
        const of = ({ drawn }: Sample) => {
          const value = drawn?.[id]?.[name]
          return value === undefined ? undefined : scale.factor * value
        }
        return { name: name || title, of, colour: colour(i) }
      }),
  }
}

/** Their names, in the order of the alphabet: a line keeps its colour. */
export function seriesOf(id: string, samples: readonly Sample[]): readonly string[] {
  return [...new Set(samples.flatMap(({ drawn }) => Object.keys(drawn?.[id] ?? {})))].sort()
}
