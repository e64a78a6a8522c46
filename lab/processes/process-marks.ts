import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { attempt, hasProc } from './process-table.ts'

/** What every process of a run finds in its environment: which ledger it stands in. */
export function tagOf(ledgerFile: string): { readonly LAB_RUN: string } {
  // The path, not the run's name: another clone may have a run of the same name.
  return { LAB_RUN: join(realpathSync(dirname(ledgerFile)), basename(ledgerFile)) }
}

/** What can be told of a process without having started it. */
export interface ProcessMarks {
  /** It carries the run's tag. Some servers write over their environment, and lose it. */
  readonly tagged: boolean
  /** It works below the run's scratch folder, or was started with a path into it. Never enough alone. */
  readonly worksThere: boolean
}

/** Reads the marks of processes of one run, by pid. */
export function marksOf(ledgerFile: string, scratchFolder: string): (pid: number) => ProcessMarks {
  const tag = `LAB_RUN=${tagOf(ledgerFile).LAB_RUN}`
  const real = attempt(() => realpathSync(scratchFolder)) ?? scratchFolder
  const mentions = (text: string) => text.includes(`${scratchFolder}/`) || text.includes(`${real}/`)
  if (hasProc) {
    return pid => {
      const folder = attempt(() => readlinkSync(`/proc/${pid}/cwd`)) ?? ''
      const command = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? ''
      const environment = attempt(() => readFileSync(`/proc/${pid}/environ`, 'utf8')) ?? ''
      return {
        tagged: environment.split('\0').includes(tag),
        worksThere: mentions(`${folder}/`) || mentions(command),
      }
    }
  }
  const lines = commandsWithEnvironment()
  return pid => {
    const line = lines.get(pid) ?? ''
    return { tagged: ` ${line} `.includes(` ${tag} `), worksThere: mentions(line) }
  }
}

/** Where there is no `/proc`: `ps -E` of macOS and BSD shows the environment behind the command. */
function commandsWithEnvironment(): ReadonlyMap<number, string> {
  const text = attempt(() =>
    execFileSync('ps', ['-axEww', '-o', 'pid=,command='], {
      encoding: 'utf8',
      maxBuffer: 256 * 2 ** 20,
      timeout: 10_000,
    }),
  )
  const lines = [...(text ?? '').matchAll(/^\s*(\d+)\s+(.*)$/gm)]
  return new Map(lines.map(([, pid, line = '']) => [Number(pid), line]))
}
