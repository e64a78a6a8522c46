import type { KillMatrix, MatrixDefence } from './kill-matrix.ts'

/** One row for each defence: who misses it, or which scenario alone does. Then what is wrong. */
export function killMatrixRows({ defences }: KillMatrix): readonly (readonly string[])[] {
  return [['', 'defence', 'missed by'], ...defences.map(row)]
}

function row({ name, missedBy, onlyByScenario }: MatrixDefence): readonly string[] {
  if (missedBy.length > 0) return ['✓', name, missedBy.join(', ')]
  if (!onlyByScenario) return ['✗', name, 'nobody']
  return ['·', name, `only scenario ${onlyByScenario.scenario}: ${onlyByScenario.because}`]
}

export function killMatrixSummary({ defences, experiments, problems }: KillMatrix): string {
  const missed = defences.filter(({ missedBy }) => missedBy.length > 0).length
  const only = defences.filter(one => one.missedBy.length === 0 && one.onlyByScenario).length
  const notRun = experiments.filter(one => one.notRun !== undefined)
  return [
    ...notRun.map(({ name, notRun }) => `not run: ${name} ${notRun}`),
    ...problems.map(problem => `✗ ${problem}`),
    `${missed} of ${defences.length} defences missed by an experiment, ${only} by a scenario alone`,
  ].join('\n')
}
