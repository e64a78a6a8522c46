import { pathToFileURL } from 'node:url'
import type { Command } from 'commander'
import { printStyled } from '../../base/print.ts'
import { besideTheLab } from '../support/beside-the-lab.ts'
import { doctor, type ServerProbe } from '../support/doctor.ts'

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('what this machine can do: servers, privileges, faults, and why not the rest')
    .action(async () => {
      const probes = await loadProbes()
      await doctor({ probes, print: line => printStyled(process.stdout, line) })
    })
}

/** Servers belong to the targets, which the lab does not know. */
async function loadProbes(): Promise<readonly ServerProbe[]> {
  const file = pathToFileURL(besideTheLab('targets/runtime/probes')).href
  const module: { readonly probes: readonly ServerProbe[] } = await import(file)
  return module.probes
}
