import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { LabError } from '../lab/base/errors.ts'
import type { GuardedProcess } from '../lab/model/guardian.ts'
import type { Context } from '../lab/model/target.ts'
import { logEnd } from './runtime/log-end.ts'

/** A busy machine may start several processes at once, each of which loads much. */
const withinMs = 50_000
const pollMs = 10

/**
 * Waits for the file in which a process says where it listens: it must appear whole (by a rename).
 * The process's log must be `<name>.log` in the run's folder.
 * @throws {LabError} `process-not-ready` when it ends first, or says nothing within 50 s.
 */
export async function readyFile<Ready>(
  context: Pick<Context, 'clock' | 'signal' | 'runFolder'>,
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
    if (ended !== undefined) throw await notReady(context.runFolder, process.name, ended)
    await context.clock.sleep(pollMs, context.signal)
  }
}

async function notReady(runFolder: string, name: string, found: string): Promise<LabError> {
  const logFile = join(runFolder, `${name}.log`)
  return new LabError({
    code: 'process-not-ready',
    expected: `${name} to start and say where it listens`,
    found: `${found}; its log ends with\n             ${await logEnd(logFile)}`,
    why: 'without it there is nothing to experiment on',
    next: `see ${logFile}`,
  })
}
