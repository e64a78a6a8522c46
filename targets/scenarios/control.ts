import { test } from 'vitest'
import { atNight } from '../../lab/testing/nightly.ts'
import type { DefenceName } from '../service/defences.ts'

/** What to configure an instance with so that these measures are absent. */
interface Off {
  readonly defencesOff: readonly DefenceName[]
}

/**
 * Of the night: a control changes with its test and its defence alone, and most start an instance
 * of their own, which together takes a third of what all scenarios compute.
 */
export const runsControls = atNight(true, false)

/**
 * Shows how a promise is broken while the measures that keep it are off: without it the tests of
 * that promise would prove nothing. `targets/service/defences.test.ts` wants one for every measure, and
 * `pnpm nightly` runs them.
 */
export function control(
  defences: DefenceName | readonly [DefenceName, ...DefenceName[]],
  broken: string,
  work: (off: Off) => Promise<void>,
  timeoutMs?: number,
): void {
  const defencesOff = typeof defences === 'string' ? [defences] : defences
  const title = `control: without ${defencesOff.join(' and ')} ${broken}`
  test.skipIf(!runsControls)(title, () => work({ defencesOff }), timeoutMs)
}
