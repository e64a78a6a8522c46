import { arch, cpus, platform, release } from 'node:os'
import { timesOf } from '../admission/plan.ts'
import type { RunOptions } from '../admission/run-options.ts'
import { strikesOf } from '../admission/strikes.ts'
import { toMs } from '../base/duration.ts'
import type { Event } from '../journal/journal.ts'
import type { PlanEntry } from '../journal/plan.ts'
import type { Defence } from '../model/defence.ts'
import { defencesOf } from '../model/defences-of.ts'
import type { Experiment } from '../model/experiment.ts'
import { ratesOf } from '../model/rates.ts'
import type { LabSystem } from '../model/target.ts'

/** The journal's first entry: what was asked, with which settings, on which machine. */
export function describeRun<System extends LabSystem>(
  experiment: Experiment<System>,
  options: RunOptions,
  runId: string,
  startedAt: Date,
): Event {
  return {
    kind: 'run',
    experiment: options.name,
    ...(options.asked !== undefined && { asked: options.asked }),
    title: experiment.title,
    runId,
    seed: options.seed,
    startedAt: startedAt.toISOString(),
    defencesOff: options.defencesOff ?? [],
    faultsOff: options.faultsOff ?? false,
    planted: options.planted ?? [],
    proxy: options.proxy ?? 'embedded',
    ...(options.runtime && { runtime: options.runtime }),
    commandMs: options.commandMs ?? 0,
    plan: planOf(experiment, options),
    versions: {
      node: process.version,
      platform: `${platform()} ${release()} ${arch()}`,
      processors: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    },
  }
}

function planOf<System extends LabSystem>(
  experiment: Experiment<System>,
  options: RunOptions,
): PlanEntry {
  const { because, target, steadyState, workloads, abortWhen, checks } = experiment
  return {
    because,
    target: target.name,
    ...timesOf(experiment),
    steadyState: steadyState.map(({ sentence, probe, tolerance: { expected }, overMs }) => {
      return { sentence, expected, ...('over' in probe ? { overMs } : {}) }
    }),
    workloads: workloads.map(workload => {
      const { name, clients, giveUpMs, finite = false } = workload
      return { name, clients, giveUpMs, finite, rates: ratesOf(workload) }
    }),
    strikes: strikesOf(experiment, options).map(strike => {
      const { id, name, fault, moment, movedMs, forMs, least, leastEach } = strike
      const { label, kind } = fault
      const time = moment.kind === 'at' ? { atMs: toMs(moment.at) + movedMs } : {}
      const lasting = forMs === undefined ? {} : { forMs }
      return { id, name, label, kind, least, leastEach, ...time, ...lasting }
    }),
    abortWhen: abortWhen.map(({ probe, accepts: { expected }, forMs }) => {
      return { probe: probe.name, expected, forMs }
    }),
    checks: Object.fromEntries(
      Object.entries(checks).map(([name, checker]) => [name, checker.name]),
    ),
    defences: defencesOf(experiment).map(proofOf),
    controls: (experiment.controls ?? []).map(proofOf),
  }
}

function proofOf({ name, breaks, mayAlsoBreak }: Omit<Defence, 'off'>) {
  return { name, breaks, mayAlsoBreak: [...mayAlsoBreak] }
}
