import type { Journal } from '../../journal/journal.ts'
import { emptyPlan, type Told } from '../shared/journal-of.ts'
import { sampleRun } from './sample-run.ts'

/** A look each half second of a sample run, with the alert `Down` firing in these stretches. */
export function looks(...firing: readonly (readonly [fromMs: number, toMs: number])[]) {
  return Array.from({ length: 40 }, (_, number): Told => {
    const atMs = number * 500
    const isFiring = firing.some(([fromMs, toMs]) => atMs >= fromMs && atMs < toMs)
    return { kind: 'alerts', active: isFiring ? [down] : [], atMs }
  })
}

export const down = { name: 'Down', state: 'firing', labels: { instance: 'api-1' } } as const

/** The same run without a fault. */
export function calmRun(told: readonly Told[]): Journal {
  const run: Told = {
    ...{ kind: 'run', experiment: 'x', title: 'x', runId: 'x', seed: 1, startedAt: '' },
    ...{ defencesOff: [], faultsOff: true, planted: [], proxy: 'embedded', versions: {} },
    ...{ plan: emptyPlan, atMs: 0 },
  }
  return sampleRun([run], told).filter(({ kind }) => kind !== 'fault')
}
