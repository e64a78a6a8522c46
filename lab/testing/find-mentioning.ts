import { readFileSync } from 'node:fs'
import { listProcesses, type ProcessRow } from '../processes/process-table.ts'

/** Living processes whose command line contains the text. Only where `/proc` is. */
export function findMentioning(text: string): readonly ProcessRow[] {
  return listProcesses().filter(({ pid }) => commandOf(pid).includes(text))
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
