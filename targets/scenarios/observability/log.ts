import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Application } from '../application.ts'

const line = z.looseObject({
  instance: z.string(),
  msg: z.string().default(''),
  trace: z.string(),
  event: z.string().optional(),
})
export type Line = z.infer<typeof line>

/** What all instances have logged for one request, each in its order. */
export async function linesOf(app: Application, trace: string): Promise<readonly Line[]> {
  const logs = app.instances.map(({ name }) => join(app.run.runFolder, `${name}.log`))
  const texts = await Promise.all(logs.map(log => readFile(log, 'utf8')))
  return texts
    .flatMap(text => text.split('\n').filter(each => each.startsWith('{')))
    .map(each => line.parse(JSON.parse(each)))
    .filter(each => each.trace === trace)
}
