import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { runInContext } from '../context.ts'
import { noDeadline } from './deadline.ts'

/** Resolves when it is time to look for work again, or when the signal aborts. */
export type Idle = (signal: AbortSignal) => Promise<void>

export interface LoopOptions {
  readonly idle: Idle
  readonly signal: AbortSignal
  readonly log: Pick<Logger, 'warn'>
}

/**
 * Does a piece of work as long as there is some, then is idle until it is time to look again, until
 * the signal aborts. A failure is logged and tried again after a time of idleness.
 */
export async function loop(
  name: string,
  work: () => Promise<boolean>,
  { idle, signal, log }: LoopOptions,
): Promise<void> {
  while (!signal.aborted) {
    const context = { requestId: `${name}-${randomUUID()}`, deadline: noDeadline }
    const didSomething = await runInContext(context, work).catch((err: unknown) => {
      log.warn({ err, loop: name }, 'failed, tried again soon')
      return false
    })
    if (!didSomething) await idle(signal)
  }
}

/** Looks again after so long. */
export function every(ms: number): Idle {
  return signal => pause(ms, undefined, { signal }).catch(() => {})
}
