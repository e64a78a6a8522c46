import { Interruption } from '../../base/interruption.ts'
import { print } from '../../base/print.ts'
import { exitCodes } from '../../base/verdict.ts'

/**
 * The first Ctrl-C or SIGTERM aborts the signal, so that the run heals and records; the second ends
 * this process at once, and the guardian heals.
 */
export function catchInterrupts(): Disposable & { readonly signal: AbortSignal } {
  const interrupted = new AbortController()
  const listen = (name: NodeJS.Signals) => {
    if (interrupted.signal.aborted) process.exit(exitCodes.interrupted)
    print(
      process.stderr,
      `\n${name}: healing and stopping; once more to leave that to the guardian`,
    )
    interrupted.abort(new Interruption(name === 'SIGTERM' ? 'SIGTERM' : 'SIGINT'))
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, listen)
  return {
    signal: interrupted.signal,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, listen)
    },
  }
}
