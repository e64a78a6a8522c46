import type { Clock } from '../base/clock.ts'
import { LabError, messageOf } from '../base/errors.ts'
import type { Undo } from '../model/ledger.ts'

export const undoWithinMs = 5_000

/**
 * Plays an undo: the one function for the lab in peace, for the guardian and for `pnpm lab heal`.
 * @throws {LabError} `undo-failed` when it throws, or has not ended after `withinMs`.
 */
export async function playUndo(undo: Undo, clock: Clock, withinMs = undoWithinMs): Promise<void> {
  const done = new AbortController()
  try {
    await Promise.race([call(undo), tooLate(clock, withinMs, done.signal)])
  } catch (cause) {
    throw new LabError({
      code: 'undo-failed',
      expected: `${undo.module} to undo ${JSON.stringify(undo.args)}`,
      found: messageOf(cause),
      why: 'the fault may still be in force',
      next: 'remove the cause, then play it again: pnpm lab heal',
      cause,
    })
  } finally {
    done.abort()
  }
}

async function call({ module, args }: Undo): Promise<void> {
  const exports: unknown = await import(module)
  if (typeof exports !== 'object' || exports === null || !('undo' in exports)) {
    throw new Error('the module exports no function "undo"')
  }
  if (typeof exports.undo !== 'function') throw new Error('its export "undo" is no function')
  await exports.undo(args)
}

async function tooLate(clock: Clock, withinMs: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(withinMs, signal).catch(() => {})
  if (!signal.aborted) throw new Error(`it did not end within ${withinMs} ms`)
}
