import { readFile } from 'node:fs/promises'

const mostLines = 10

/** The last lines of a log, indented to stand in a LabError's `found`; empty where there is none. */
export async function logEnd(file: string): Promise<string> {
  const log = await readFile(file, 'utf8').catch(() => '')
  return log.trimEnd().split('\n').slice(-mostLines).join('\n             ')
}
