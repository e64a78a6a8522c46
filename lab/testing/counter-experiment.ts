import { defence } from '../model/defence.ts'
import type { Experiment } from '../model/experiment.ts'
import { errorRatio, hypothesis } from '../model/probes.ts'
import { at } from '../model/schedule.ts'
import { atMost } from '../model/tolerances.ts'
import { kept } from './counter-checks.ts'
import { adding, type CounterSystem, counter, killCounter } from './counter-target.ts'

/** A quick true experiment: a killed server keeps what it acknowledged, because it is durable. */
export function counterExperiment(
  changes: Partial<Experiment<CounterSystem>> = {},
): Experiment<CounterSystem> {
  const traffic = adding()
  return {
    title: 'A killed counter keeps what it acknowledged',
    because: 'It is the smallest promise that can be broken.',
    target: counter(),
    steadyState: [hypothesis('most additions succeed', errorRatio(traffic), atMost(0.05))],
    workloads: [traffic],
    schedule: [at('200ms', killCounter(), { for: '300ms', within: '200ms' })],
    abortWhen: [],
    checks: { kept: kept() },
    defences: [defence('durable', { breaks: 'kept' })],
    baseline: '1s',
    // A loaded machine is slow, not broken; both end as soon as the state is reached.
    steadyWithin: '60s',
    recoverWithin: '60s',
    ...changes,
  }
}
