import { setTimeout as sleep } from 'node:timers/promises'
import type { ExternalProcessConfig } from '../../lab/model/external/external-config.ts'
import type { Control, Incarnation } from './control.ts'
import { runShell, succeeds } from './run-shell.ts'

const lookEveryMs = 500

/**
 * A process that only commands know. Without `running` it is taken to run unless the lab itself has
 * ended it.
 */
export function commandControl(
  { kill, stop, start, pause, resume, running }: ExternalProcessConfig,
  name: string,
  cwd: string,
  undo: Control['undo'],
): Control {
  let count = 1
  let isEnded = false
  const runs = async () => (running === undefined ? !isEnded : succeeds(running, cwd))
  const run = (command: string | undefined) => command && (() => runShell(command, cwd))
  const ending = (command: string | undefined) =>
    command &&
    (async () => {
      await runShell(command, cwd)
      isEnded = true
    })
  const here = (): Incarnation => ({ id: `${name}/${count}`, pid: 0 })
  return {
    look: async () => ((await runs()) ? here() : undefined),
    ended: async (of, signal) => {
      while (of.id === here().id && (await runs())) await sleep(lookEveryMs, undefined, { signal })
      return null
    },
    kill: ending(kill) || undefined,
    stop: ending(stop) || undefined,
    start:
      (start &&
        (async () => {
          await runShell(start, cwd)
          count += isEnded ? 1 : 0
          isEnded = false
        })) ||
      undefined,
    pause: run(pause) || undefined,
    resume: run(resume) || undefined,
    undo,
  }
}
