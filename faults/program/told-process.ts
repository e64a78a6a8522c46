import { z } from 'zod'
import { isAlive } from '../../lab/processes/process-table.ts'
import { lastInspector, tellProcess } from './node-inspector.ts'
import { ownProcess } from './own-process.ts'

/** A Node process that was told something by its inspector, as data: for undos. */
export const toldProcess = z.object({ process: ownProcess, logFile: z.string() })

/** Tells it something more; nothing where it ended, or was told nothing yet. */
export async function tellAgain(
  { process, logFile }: z.infer<typeof toldProcess>,
  expression: string,
): Promise<void> {
  const url = lastInspector(logFile)
  if (url === undefined || !isAlive(process)) return
  await tellProcess(url, expression)
}
