import { z } from 'zod'
import { LabError } from '../../lab/base/errors.ts'
import { isAlive } from '../../lab/processes/process-table.ts'

/** A process of this machine, as `Killable.processId` names it: `pid@startedAt`. */
export const ownProcess = z.object({ pid: z.int().positive(), startedAt: z.string() })

/** @throws {LabError} `no-process` where no process of this machine that lives is meant. */
export function livingProcess(part: { readonly name: string; readonly processId: string }) {
  const [, pid, startedAt] = /^(\d+)@(.+)$/.exec(part.processId) ?? []
  const found = ownProcess.safeParse({ pid: Number(pid), startedAt }).data
  if (found && isAlive(found)) return found
  throw new LabError({
    code: 'no-process',
    expected: `${part.name} to be a process of this machine that lives`,
    found: part.processId,
    why: 'what is done to a process by its pid must not meet another that has it by now',
    next: 'strike it while it runs, and without --runtime docker',
  })
}
