import { called } from '../base/installation.ts'
import { shellWord } from '../base/shell-word.ts'

/**
 * The command line that makes a run again: same experiment, same seed, same things switched off. Fit to
 * be copied into a shell, whatever the names are.
 */
export function repeatCommand(run: {
  readonly experiment: string
  readonly asked?: string | undefined
  readonly seed: number
  readonly defencesOff: readonly string[]
  readonly faultsOff: boolean
  readonly planted: readonly string[]
  readonly proxy: 'embedded' | 'toxiproxy'
  readonly runtime?: string | undefined
}): string {
  const words = [
    ...[run.asked ?? run.experiment, '--seed', `${run.seed}`],
    ...run.defencesOff.flatMap(defence => ['--without', defence]),
    ...run.planted.flatMap(control => ['--plant', control]),
    ...(run.faultsOff ? ['--no-faults'] : []),
    ...(run.proxy === 'embedded' ? [] : ['--proxy', run.proxy]),
    ...((run.runtime ?? 'embedded') === 'embedded' ? [] : ['--runtime', `${run.runtime}`]),
  ]
  return called(['experiment', ...words.map(shellWord)].join(' '))
}
