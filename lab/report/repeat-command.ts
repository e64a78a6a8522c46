/**
 * The command line that makes a run again: same experiment, same seed, same things switched off.
 */
export function repeatCommand(run: {
  readonly experiment: string
  readonly seed: number
  readonly defencesOff: readonly string[]
  readonly faultsOff: boolean
  readonly planted: readonly string[]
  readonly proxy: 'embedded' | 'toxiproxy'
}): string {
  const without = run.defencesOff.map(defence => ` --without ${defence}`).join('')
  const planted = run.planted.map(control => ` --plant ${control}`).join('')
  const calm = run.faultsOff ? ' --no-faults' : ''
  const proxy = run.proxy === 'embedded' ? '' : ` --proxy ${run.proxy}`
  return `pnpm experiment ${run.experiment} --seed ${run.seed}${without}${planted}${calm}${proxy}`
}
