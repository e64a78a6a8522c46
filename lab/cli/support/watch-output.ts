import { messageOf } from '../../base/errors.ts'
import { print } from '../../base/print.ts'
import { exitCodes } from '../../base/verdict.ts'

/**
 * Output that cannot be written ends nothing: a run goes on, and heals. A reader that has left
 * (`… | head -1`) is no error. Anything else, such as a full disk, is said on the other stream, and a
 * command that would have ended with 0 ends as an error, since its reader misses something.
 */
export function watchOutput(): void {
  const { stdout, stderr } = process
  let lost = false
  for (const [stream, other] of [
    [stdout, stderr],
    [stderr, stdout],
  ] as const) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (lost || error.code === 'EPIPE') return
      lost = true
      print(other, `The output could not be written: ${messageOf(error)}`)
    })
  }
  process.on('exit', code => {
    if (lost && code === 0) process.exitCode = exitCodes.error
  })
}
