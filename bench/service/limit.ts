import { availableParallelism } from 'node:os'
import type { Usage } from './cpu.ts'

/** From these shares on something counts as the limit. */
const [coresBusyFrom, processBusyFrom, othersBusyFrom] = [0.85, 0.9, 0.95]
const shown = 4

/** What limited a figure, by what the machine's cores did meanwhile, busiest first. */
export function limitOf(usage: Usage, machineCores = availableParallelism()): string {
  const own = Object.entries(usage.cores).toSorted(([, one], [, other]) => other - one)
  const sum = own.reduce((total, [, cores]) => total + cores, 0)
  const listed = [...own.slice(0, shown), ['others on this machine', usage.others] as const]
  const busiest = listed.map(([name, cores]) => `${name} ${cores.toFixed(2)}`).join(', ')
  const cause = causeOf(usage, sum / machineCores, (sum + usage.others) / machineCores)
  return `${cause} (${sum.toFixed(2)} of ${machineCores} cores: ${busiest})`
}

function causeOf({ busiest }: Usage, own: number, all: number): string {
  if (own >= coresBusyFrom) return 'the cores'
  const [name] = Object.entries(busiest).find(([, cores]) => cores >= processBusyFrom) ?? []
  if (name !== undefined) return `one core of ${name}`
  return all >= othersBusyFrom ? 'others, if anything' : 'nothing was at its limit'
}
