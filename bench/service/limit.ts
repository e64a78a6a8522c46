import { availableParallelism } from 'node:os'
import type { Usage } from './cpu.ts'

/** From here on something counts as the limit. */
const busyFrom = 0.9
const shown = 4

/** What limited a figure, by what the machine's cores did meanwhile, busiest first. */
export function limitOf(usage: Usage, machineCores = availableParallelism()): string {
  const all = Object.entries(usage.cores).concat([['others on this machine', usage.others]])
  const sum = all.reduce((total, [, cores]) => total + cores, 0)
  const busiest = all
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, shown)
    .map(([name, cores]) => `${name} ${cores.toFixed(2)}`)
    .join(', ')
  return `${cause(usage, sum / machineCores)} (${sum.toFixed(2)} of ${machineCores} cores: ${busiest})`
}

function cause({ busiest }: Usage, share: number): string {
  if (share >= busyFrom) return 'the cores'
  const [name] = Object.entries(busiest).find(([, cores]) => cores >= busyFrom) ?? []
  return name === undefined ? 'nothing was at its limit' : `one core of ${name}`
}
