import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { besideTheLab } from '../support/beside-the-lab.ts'

export function addProxyCommand(program: Command): void {
  program
    .command('proxy [flags...]')
    .description(
      "the fault-injecting proxy alone, with Toxiproxy's HTTP API; -help lists its flags",
    )
    .helpOption(false)
    .allowUnknownOption()
    .action(async (flags: readonly string[]) => {
      process.exitCode = await runProxy(flags)
    })
}

/** Ends with the code of the proxy, which is told of every signal that would end the command. */
function runProxy(flags: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const args = [besideTheLab('faults/proxy/main'), ...flags]
    const child = spawn(process.execPath, args, { stdio: 'inherit' })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => child.kill(signal))
    }
    child.on('error', reject)
    child.on('close', code => resolve(code ?? 1))
  })
}
