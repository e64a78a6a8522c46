/**
 * The command line that makes a run again: same experiment, same seed, same things switched off.
 */
export function repeatCommand(run: {
  readonly experiment: string
  readonly seed: number
  readonly defencesOff: readonly string[]
  readonly faultsOff: boolean
  readonly planted: readonly string[]
}): string {
  const without = run.defencesOff.map(defence => ` --without ${defence}`).join('')
  const planted = run.planted.map(control => ` --plant ${control}`).join('')
  const calm = run.faultsOff ? ' --no-faults' : ''
  return `pnpm experiment ${run.experiment} --seed ${run.seed}${without}${planted}${calm}`
}
