import { spawn } from 'node:child_process'
import { join, relative } from 'node:path'
import type { Command } from 'commander'
import { print } from '../../base/print.ts'
import { exitCodes } from '../../base/verdict.ts'
import { writableFolder } from '../../ledger/writable-folder.ts'
import { besideTheLab } from '../support/beside-the-lab.ts'

/** Each version of the service, how it must end, and what that shows. */
const versions = [
  ['fragile', exitCodes.broken, 'retries without an idempotency key: some cards are charged twice'],
  ['mended', exitCodes.held, 'sends the order as its idempotency key: every card is charged once'],
] as const

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('a tiny service in two versions, one that survives a fault and one that does not')
    .action(async () => {
      const folder = await writableFolder(join(process.cwd(), 'resilience-demo'))
      const told: string[] = []
      let asExpected = true
      for (const [version, expected, why] of versions) {
        const code = await runIn(folder, version)
        asExpected &&= code === expected
        const report = relative(process.cwd(), join(folder, 'runs', version))
        const said = code === expected ? why : `${wordOf(expected)} was expected; see above`
        told.push(`${version.padEnd(8)} ${wordOf(code)}: ${said}\n${' '.repeat(9)}${report}/`)
        if (code === exitCodes.interrupted) break
      }
      print(process.stdout, ['', ...told].join('\n'))
      process.exitCode = asExpected ? 0 : exitCodes.inconclusive
    })
}

/** As its users run one: in a process of its own, whose live view is seen. */
function runIn(folder: string, version: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const main = join(import.meta.dirname, '../main.ts')
    const args = [main, 'experiment', besideTheLab(`demo/${version}`)]
    const child = spawn(process.execPath, args, { cwd: folder, stdio: 'inherit' })
    // The terminal's own signal reaches the run, which heals; the demo waits for it.
    process.on('SIGINT', () => {})
    process.on('SIGTERM', () => child.kill('SIGTERM'))
    child.on('error', reject)
    child.on('close', code => resolve(code ?? exitCodes.error))
  })
}

function wordOf(code: number): string {
  return Object.entries(exitCodes).find(([, each]) => each === code)?.[0] ?? `ended with ${code}`
}
