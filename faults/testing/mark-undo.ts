import { rm } from 'node:fs/promises'
import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'

export const undoArgs = z.object({ file: z.string(), force: z.boolean() })

/** The undo of the faults in contract.test.ts: removes the file that stands for one in force. */
export async function undo(args: Json): Promise<void> {
  const { file, force } = undoArgs.parse(args)
  await rm(file, { force })
}
