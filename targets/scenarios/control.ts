import { test } from 'vitest'
import type { DefenceName } from '../service/defences.ts'

/** What to configure an instance with so that these measures are absent. */
interface Off {
  readonly defencesOff: readonly DefenceName[]
}

/**
 * Shows how a promise is broken while the measures that keep it are off: without it the tests of
 * that promise would prove nothing. `targets/service/defences.test.ts` wants one for every measure.
 */
export function control(
  defences: DefenceName | readonly [DefenceName, ...DefenceName[]],
  broken: string,
  work: (off: Off) => Promise<void>,
  timeoutMs?: number,
): void {
  const defencesOff = typeof defences === 'string' ? [defences] : defences
  const title = `control: without ${defencesOff.join(' and ')} ${broken}`
  test(title, () => work({ defencesOff }), timeoutMs)
}
