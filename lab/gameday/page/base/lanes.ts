import type { Sample } from '../../../journal/sample.ts'
import type { Mark } from '../../view/marks.ts'
import { type Shown, seriesOf } from './drawn-panels.ts'

/** Something on a lane, from one moment to another. */
export interface Span {
  readonly fromMs: number
  /** Undefined: it goes on; the same as `fromMs`: a moment. */
  readonly toMs: number | undefined
  readonly text: string
  /** A class of the style. */
  readonly look: string
}

export interface Lane {
  readonly name: string
  readonly spans: readonly Span[]
}

/** Figures come each other second: where they are missing for longer, a span ends. */
const gapMs = 6_000

/** What happened, by who it is of: faults, alerts, people. */
export function markLanes(marks: readonly Mark[]): readonly Lane[] {
  const of = (kinds: readonly Mark['kind'][]) =>
    marks
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ kind, fromMs, toMs, text }): Span => {
        const lasts = kind === 'fault' || kind === 'alert'
        return { fromMs, toMs: lasts ? toMs : fromMs, text, look: kind }
      })
  return [
    { name: 'Faults', spans: of(['fault']) },
    { name: 'Alerts', spans: of(['alert']) },
    { name: 'People', spans: of(['note', 'noticed', 'stop']) },
  ].filter(({ spans }) => spans.length > 0)
}

/** A panel of states: each series is a lane, each stretch of one value a span. */
export function stateLanes({ id }: Shown, samples: readonly Sample[]): readonly Lane[] {
  return seriesOf(id, samples).map(name => {
    const spans: Span[] = []
    for (const { atMs, drawn } of samples) {
      const value = drawn?.[id]?.[name]
      if (value === undefined) continue
      const last = spans.at(-1)
      const goesOn = last && atMs - (last.toMs ?? 0) <= gapMs
      if (goesOn) spans[spans.length - 1] = { ...last, toMs: atMs }
      const look = `state-${Math.min(2, Math.max(0, Math.round(value)))}`
      if (!goesOn || last.text !== `${value}`)
        spans.push({ fromMs: atMs, toMs: atMs, text: `${value}`, look })
    }
    return { name, spans }
  })
}
