import { open, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { withoutSecrets } from '../../base/secrets.ts'
import { Refusal } from '../conduct/refusal.ts'
import type { RunningDay } from '../conduct/running-day.ts'

const mostBytes = 32 * 1024

/** The end of a process's log, without what looks like a secret. @throws {Refusal} for an unknown one. */
export async function readLog(
  { context: { runFolder } }: RunningDay,
  of: string,
): Promise<{ readonly of: string; readonly text: string; readonly all: readonly string[] }> {
  const names = await readdir(runFolder)
  const all = names.filter(name => name.endsWith('.log')).map(name => basename(name, '.log'))
  if (!all.includes(of)) throw new Refusal('not-found', [`there is no log of ${of}`])
  await using file = await open(join(runFolder, `${of}.log`), 'r')
  const { size } = await file.stat()
  const from = Math.max(0, size - mostBytes)
  const bytes = Buffer.alloc(size - from)
  await file.read(bytes, 0, bytes.length, from)
  return { of, text: withoutSecrets(bytes.toString('utf8'), () => '[redacted]'), all }
}
