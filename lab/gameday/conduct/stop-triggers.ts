import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import { lifeline } from '../../rounds/lifeline.ts'
import type { Stop } from '../record/day-state.ts'
import type { Person } from './person.ts'
import type { Session } from './session.ts'

const lookEveryMs = 100
/** Whoever is at the machine may stop; nobody asks for a name. */
const atTheMachine: Person = { name: 'at the machine', role: 'console' }

/**
 * The stop without a page: `stop` at the terminal, a file STOP in the day's folder (its text is the
 * reason), and SIGUSR2. Until the signal aborts.
 */
export async function listenForStops(
  session: Session,
  folder: string,
  clock: Clock,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const stop = (via: Stop['via'], reason: string) =>
    session.stop(atTheMachine, via, reason).then(
      ({ tookMs, healed, left }) =>
        say(
          left.length === 0
            ? `stopped: ${healed} healed in ${tookMs} ms, nothing is left; release it in the page`
            : `stopped in ${tookMs} ms, and left: ${left.join('; ')}`,
        ),
      (error: unknown) => say(`the stop failed: ${messageOf(error)}`),
    )
  const onSignal = () => void stop('signal', '')
  process.on('SIGUSR2', onSignal)
  const lines =
    process.env[lifeline] === 'stdin' ? undefined : createInterface({ input: process.stdin })
  lines?.on('line', line => {
    const [word, ...reason] = line.trim().split(/\s+/)
    if (word === 'stop' || word === 's') void stop('terminal', reason.join(' '))
  })
  const file = join(folder, 'STOP')
  try {
    while (!signal.aborted) {
      const text = await readFile(file, 'utf8').catch(() => undefined)
      if (text !== undefined) {
        await rm(file, { force: true })
        await stop('file', text.trim().slice(0, 2_000))
      }
      await clock.sleep(lookEveryMs, signal).catch(() => {})
    }
  } finally {
    process.off('SIGUSR2', onSignal)
    lines?.close()
    process.stdin.destroy()
  }
}
