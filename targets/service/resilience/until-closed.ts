import type { Kit } from '../kit.ts'

/** Begins work now that goes on until the process closes: then it is told to end, and waited for. */
export function untilClosed(
  onClose: Kit['onClose'],
  work: (signal: AbortSignal) => Promise<unknown>,
): void {
  const stopped = new AbortController()
  const working = work(stopped.signal)
  onClose(async () => {
    stopped.abort()
    await working
  })
}
