import type { Conclusion } from '../verdict/conclusion.ts'

/** What a run came to that held and of which nothing is told, but for these changes. */
export function conclusion(changes: Partial<Conclusion>): Conclusion {
  return {
    verdict: 'held',
    exitCode: 0,
    experiment: 'e',
    title: 't',
    seed: 1,
    runId: 'r',
    startedAt: '',
    durationMs: 1,
    defencesOff: [],
    faultsOff: false,
    planted: [],
    proxy: 'embedded',
    checks: {},
    unprovable: [],
    hypotheses: [],
    faults: [],
    reasons: [],
    ...changes,
  }
}
