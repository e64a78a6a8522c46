import type { Role } from '../../journal/crew-words.ts'
import type { Sample } from '../../journal/sample.ts'
import type { DayState } from '../record/day-state.ts'

/** The samples as this role may see them: a responder without the panels that tell the faults. */
export function samplesFor(
  role: Role,
  { opened, closedMs }: DayState,
  samples: readonly Sample[],
): readonly Sample[] {
  const kept = (opened?.panels ?? []).filter(({ tellsFaults }) => tellsFaults).map(({ id }) => id)
  if (role !== 'responder' || closedMs !== undefined || kept.length === 0) return samples
  return samples.map(sample => {
    if (!sample.drawn) return sample
    const told = Object.entries(sample.drawn).filter(([id]) => !kept.includes(id))
    return { ...sample, drawn: Object.fromEntries(told) }
  })
}
