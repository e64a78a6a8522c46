import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { LabError } from '../lab/errors.ts'
import type { GuardedProcess } from '../lab/guardian/guardian.ts'
import type { Context } from '../lab/target.ts'

const withinMs = 30_000
const pollMs = 10

/**
 * Waits for the file in which a process says where it listens.
 * @throws {LabError} `process-not-ready` when it ends first, or says nothing within 30 s.
 */
export async function readyFile<Ready>(
  context: Pick<Context, 'clock' | 'signal'>,
  process: GuardedProcess,
  file: string,
  schema: z.ZodType<Ready>,
): Promise<Ready> {
  let ended: string | undefined
  void process.exited.then(({ code, signal }) => {
    ended = `it ended with ${signal ?? `code ${code}`}`
  })
  const deadline = context.clock.nowMs() + withinMs
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text !== undefined) return schema.parse(JSON.parse(text))
    if (context.clock.nowMs() > deadline) ended ??= `nothing within ${withinMs} ms`
    if (ended !== undefined) throw notReady(process.name, ended)
    await context.clock.sleep(pollMs, context.signal)
  }
}

function notReady(name: string, found: string): LabError {
  return new LabError({
    code: 'process-not-ready',
    expected: `${name} to start and say where it listens`,
    found,
    why: 'Without it there is nothing to experiment on.',
    next: `Read ${name}.log in the run's folder.`,
  })
}
