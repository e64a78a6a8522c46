import { appendFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Json } from '../json.ts'

const arguments_ = z.object({
  file: z.string(),
  line: z.string(),
  fails: z.enum(['throw', 'hang']).optional(),
})

/** Leaves a trace, so that a test can see what was undone, and in which order. */
export async function undo(args: Json): Promise<void> {
  const { file, line, fails } = arguments_.parse(args)
  if (fails === 'throw') throw new Error(`cannot undo ${line}`)
  if (fails === 'hang') await new Promise(() => {})
  await appendFile(file, `${line}\n`)
}

export const fixtureUndo = import.meta.url
