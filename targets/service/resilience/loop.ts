import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { runInContext } from '../context.ts'
import { noDeadline } from './deadline.ts'

/**
 * Does a piece of work as long as there is some, then looks again every `idleMs`, until the signal
 * aborts. A failure is logged and tried again at the next look.
 */
export async function loop(
  name: string,
  work: () => Promise<boolean>,
  options: { idleMs: number; signal: AbortSignal; log: Pick<Logger, 'warn'> },
): Promise<void> {
  const { idleMs, signal, log } = options
  while (!signal.aborted) {
    const context = { requestId: `${name}-${randomUUID()}`, deadline: noDeadline }
    const didSomething = await runInContext(context, work).catch((err: unknown) => {
      log.warn({ err, loop: name }, 'failed, tried again soon')
      return false
    })
    if (!didSomething) await pause(idleMs, undefined, { signal }).catch(() => {})
  }
}
