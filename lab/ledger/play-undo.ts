import type { Clock } from '../base/clock.ts'
import { inTime } from '../base/deadline.ts'
import { LabError, messageOf } from '../base/errors.ts'
import { called } from '../base/installation.ts'
import type { Undo } from '../model/ledger.ts'
import { loadUndo } from './load-undo.ts'

export const undoWithinMs = 5_000

/**
 * Plays an undo: the one function for the lab in peace, for the guardian and for `pnpm lab heal`.
 * `labFolder` is the `.lab` that its ledger lies in.
 * @throws {LabError} `undo-failed` when it throws, or has not ended after `withinMs`, or after what its
 * module asks for where that is more.
 */
export async function playUndo(
  undo: Undo,
  labFolder: string,
  clock: Clock,
  withinMs = undoWithinMs,
): Promise<void> {
  try {
    const play = await inTime('it to be loaded', withinMs, loadUndo(undo, labFolder), clock)
    await inTime('it to end', Math.max(withinMs, play.withinMs), play(), clock)
  } catch (cause) {
    throw new LabError({
      code: 'undo-failed',
      expected: `${undo.module} to undo ${JSON.stringify(undo.args)}`,
      found: messageOf(cause),
      why: 'the fault may still be in force',
      next: `remove the cause, then play it again: ${called('heal')}`,
      cause,
    })
  }
}
