import { z } from 'zod'
import type { Json } from '../base/json.ts'
import type { Undo } from '../model/ledger.ts'
import { guardedProcesses } from './guarded-processes.ts'

export const undoArgs = z.discriminatedUnion('action', [
  z.object({ action: z.literal('start'), server: z.string() }),
  z.object({
    action: z.literal('resume'),
    server: z.string(),
    process: z.object({ pid: z.int(), startedAt: z.string() }),
  }),
])
type Arguments = z.infer<typeof undoArgs>

/** The undo of a kill (`start`) and of a pause (`resume`) of an embedded server, as data. */
export function undoOf(args: Arguments): Undo {
  return { module: import.meta.url, args }
}

/**
 * Where the run's guardian is not ours, the server has ended with it or is about to: then nothing
 * needs to be started or resumed.
 */
export async function undo(args: Json): Promise<void> {
  const parsed = undoArgs.parse(args)
  const server = guardedProcesses.get(parsed.server)
  if (!server) return
  if (parsed.action === 'resume') return server.goOn(parsed.process)
  if (!server.running) await server.startAgain()
}
