import { Interruption } from '../../base/interruption.ts'
import { print } from '../../base/print.ts'
import { exitCodes } from '../../base/verdict.ts'
import { lifeline } from '../../rounds/lifeline.ts'

/**
 * The first Ctrl-C or SIGTERM aborts the signal, so that the run heals and records; the second ends
 * this process at once, and the guardian heals. The end of whoever started this command, where that
 * is a command of ours, aborts it too.
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
  const cut = () => interrupted.abort(new Interruption('SIGTERM'))
  const hangs = process.env[lifeline] === 'stdin'
  if (hangs) process.stdin.once('end', cut).once('error', cut).resume().unref()
  return {
    signal: interrupted.signal,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, listen)
      if (hangs) process.stdin.off('end', cut).off('error', cut)
    },
  }
}
