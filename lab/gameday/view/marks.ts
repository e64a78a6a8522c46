import type { DayState } from '../record/day-state.ts'

/** Something that happened, on the time axis of all plots. */
export interface Mark {
  readonly kind: 'fault' | 'note' | 'noticed' | 'stop' | 'alert'
  readonly fromMs: number
  /** Of what lasts; undefined while it does. */
  readonly toMs?: number
  readonly text: string
  /** Responders may see it. */
  readonly open: boolean
}

/** The latest of all that is drawn over the plots. */
export function marksOf(state: DayState): readonly Mark[] {
  const faults = [...state.injections.values()].flatMap((each): readonly Mark[] => {
    const { appliedMs, healedMs, label } = each
    if (appliedMs === undefined) return []
    const end = healedMs === undefined ? {} : { toMs: healedMs }
    return [{ kind: 'fault', fromMs: appliedMs, ...end, text: label, open: false }]
  })
  const notes = state.notes.slice(-50).map(({ atMs, type, text, role }): Mark => {
    const short = text.length > 60 ? `${text.slice(0, 59)}…` : text
    return { kind: 'note', fromMs: atMs, text: `${type}: ${short}`, open: role === 'responder' }
  })
  const noticed = state.noticed.map(({ atMs, by, role }): Mark => {
    return { kind: 'noticed', fromMs: atMs, text: `${by} noticed`, open: role === 'responder' }
  })
  const stops = state.stops.map(({ atMs }): Mark => {
    return { kind: 'stop', fromMs: atMs, text: 'stopped', open: true }
  })
  const alerts = state.alerts.fired.slice(-50).map(({ name, firedMs, resolvedMs }): Mark => {
    const end = resolvedMs === undefined ? {} : { toMs: resolvedMs }
    return { kind: 'alert', fromMs: firedMs, ...end, text: name, open: true }
  })
  const all = [...alerts, ...faults, ...notes, ...noticed, ...stops]
  return all.toSorted((a, b) => a.fromMs - b.fromMs).slice(-200)
}
