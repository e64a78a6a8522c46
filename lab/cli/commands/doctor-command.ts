import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Command } from 'commander'
import { printStyled } from '../../base/print.ts'
import { doctor, type ServerProbe } from '../support/doctor.ts'

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('what this machine can do: servers, privileges, faults, and why not the rest')
    .action(async () => {
      const probes = await loadProbes(process.cwd())
      await doctor({ probes, print: line => printStyled(process.stdout, line) })
    })
}

/** Servers belong to the targets, which the lab does not know: the project says how to look for them. */
async function loadProbes(root: string): Promise<readonly ServerProbe[]> {
  const file = pathToFileURL(join(root, 'targets/runtime/probes.ts')).href
  const module: { readonly probes: readonly ServerProbe[] } = await import(file)
  return module.probes
}
