/** The command line that makes a run again: same experiment, same seed, same things switched off. */
export function repeatCommand(run: {
  readonly experiment: string
  readonly seed: number
  readonly defencesOff: readonly string[]
  readonly faultsOff: boolean
}): string {
  const without = run.defencesOff.map(defence => ` --without ${defence}`).join('')
  return `pnpm experiment ${run.experiment} --seed ${run.seed}${without}${run.faultsOff ? ' --no-faults' : ''}`
}
