import type { DayState } from '../record/day-state.ts'
import type { Leftovers } from './leftovers.ts'
import type { Finding } from './preflight.ts'

/** Is all normal again? What was looked at, one line each. */
export function lookAround(state: DayState, { looked, left }: Leftovers): readonly Finding[] {
  const { inForce, steady, ran } = state
  const fallen = [...steady].filter(([, { held }]) => !held)
  const slowed = [...state.paces].filter(([, factor]) => factor !== 1)
  const failed = [...state.injections.values()].filter(each => each.error !== undefined)
  const ended = new Set(
    ran.filter(({ step }) => step === 'ended').map(({ experiment }) => experiment),
  )
  const open = ran.filter(each => each.step === 'began' && !ended.has(each.experiment))
  return [
    finding(
      'nothing is in force',
      inForce.map(({ label }) => label),
      'no injection',
    ),
    finding('nothing is left', left, looked.join(', ')),
    finding(
      'the steady state holds',
      steady.size === 0
        ? ['nothing has been measured']
        : fallen.map(([sentence]) => `not: ${sentence}`),
      `${steady.size} of ${steady.size} hypotheses`,
    ),
    finding(
      'every undo worked',
      failed.map(({ label, error }) => `${label}: ${error}`),
      'all of them',
    ),
    finding(
      'traffic is as it was',
      slowed.map(([name, factor]) => `${name} at ${factor} times its rate`),
      'every workload at its rate',
    ),
    finding(
      'no experiment runs',
      open.map(({ experiment }) => experiment),
      'none',
    ),
  ]
}

function finding(what: string, problems: readonly string[], fine: string): Finding {
  const ok = problems.length === 0
  return { what, ok, detail: ok ? fine : problems.join('; ') }
}
