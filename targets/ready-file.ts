import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '../lab/base/errors.ts'
import type { GuardedProcess } from '../lab/model/guardian.ts'
import type { Context } from '../lab/model/target.ts'
import { indentedLogEnd } from './runtime/log-end.ts'

/** A busy machine may start several processes at once, each of which loads much. */
const withinMs = 50_000
const pollMs = 10

const author = z.object({ pid: z.int().optional() })

/**
 * Waits for the file in which a process says where it listens: it must appear whole (by a rename).
 * One that tells a pid
 * is that of this process only. The process's log must be `<name>.log` in the run's folder.
 * @throws {LabError} `process-not-ready` when it ends first, or says nothing within 50 s.
 */
export async function readyFile<Ready>(
  context: Pick<Context, 'clock' | 'signal' | 'runFolder'>,
  process: GuardedProcess,
  file: string,
  schema: z.ZodType<Ready>,
): Promise<Ready> {
  let said: unknown
  await process.readyWhen(async () => {
    said = await saidBy(context, process, file)
  })
  return schema.parse(said)
}

async function saidBy(
  { clock, signal, runFolder }: Pick<Context, 'clock' | 'signal' | 'runFolder'>,
  process: GuardedProcess,
  file: string,
): Promise<unknown> {
  let ended: string | undefined
  void process.exited.then(({ code, signal: by }) => {
    ended = `it ended with ${by ?? `code ${code}`}`
  })
  const deadline = clock.nowMs() + withinMs
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    const said: unknown = text === undefined ? undefined : JSON.parse(text)
    // After a restart the file may still be that of the process before.
    const { pid = process.pid } = author.parse(said ?? {})
    if (said !== undefined && pid === process.pid) return said
    if (clock.nowMs() > deadline) ended ??= `nothing within ${withinMs} ms`
    if (ended !== undefined) throw notReady(runFolder, process.name, ended)
    await clock.sleep(pollMs, signal)
  }
}

function notReady(runFolder: string, name: string, found: string): LabError {
  const logFile = join(runFolder, `${name}.log`)
  return new LabError({
    code: 'process-not-ready',
    expected: `${name} to start and say where it listens`,
    found: `${found}; its log ends with\n             ${indentedLogEnd(logFile)}`,
    why: 'without it there is nothing to experiment on',
    next: `see ${logFile}`,
  })
}
