import type { Conclusion } from './conclusion.ts'

/** So often a run that the machine had no time for may be made again. */
export const mostRepeats = 2

/**
 * The run is inconclusive for no other reason than a machine short of time: it says nothing about the
 * service, and may be made again without hiding anything.
 */
export function isShortOfTime({ reasons }: Pick<Conclusion, 'reasons'>): boolean {
  return reasons.length > 0 && reasons.every(({ machine }) => machine)
}
