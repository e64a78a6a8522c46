import { appendFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Json } from '../base/json.ts'

export const undoArgs = z.object({
  file: z.string(),
  line: z.string(),
  fails: z.enum(['throw', 'hang', 'throw-later']).optional(),
})

/** Leaves a trace, so that a test can see what was undone, and in which order. */
export async function undo(args: Json): Promise<void> {
  const { file, line, fails } = undoArgs.parse(args)
  if (fails === 'throw') throw new Error(`cannot undo ${line}`)
  if (fails === 'hang') await new Promise(() => {})
  if (fails === 'throw-later') {
    setImmediate(() => {
      throw new Error(`a slip after undoing ${line}`)
    })
  }
  await appendFile(file, `${line}\n`)
}

export const fixtureUndo = import.meta.url
