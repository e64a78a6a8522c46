import { arch, cpus, platform, release } from 'node:os'
import { timesOf } from '../admission/plan.ts'
import type { RunOptions } from '../admission/run-options.ts'
import { strikesOf } from '../admission/strikes.ts'
import type { Event } from '../journal/journal.ts'
import type { Experiment } from '../model/experiment.ts'
import type { LabSystem } from '../model/target.ts'

/** The journal's first entry: what was asked, with which settings, on which machine. */
export function describeRun<System extends LabSystem>(
  experiment: Experiment<System>,
  options: RunOptions,
  runId: string,
  startedAt: Date,
): Event {
  const strikes = strikesOf(experiment, options)
  return {
    kind: 'run',
    experiment: options.name,
    title: experiment.title,
    runId,
    seed: options.seed,
    startedAt: startedAt.toISOString(),
    defencesOff: options.defencesOff ?? [],
    faultsOff: options.faultsOff ?? false,
    strikes: strikes.map(({ fault }) => fault.label),
    planted: options.planted ?? [],
    proxy: options.proxy ?? 'embedded',
    commandMs: options.commandMs ?? 0,
    plan: {
      because: experiment.because,
      target: experiment.target.name,
      ...timesOf(experiment),
      steadyState: experiment.steadyState.map(({ sentence }) => sentence),
      workloads: experiment.workloads.map(({ name, perSecond, clients, giveUpMs }) => {
        return { name, perSecond, clients, giveUpMs }
      }),
      schedule: strikes.map(({ fault, atMs, untilMs }) => {
        return {
          label: fault.label,
          kind: fault.kind,
          atMs,
          ...(untilMs === undefined ? {} : { untilMs }),
        }
      }),
      abortWhen: experiment.abortWhen.map(({ probe, accepts, forMs }) => {
        return { probe: probe.name, accepts: accepts.expected, forMs }
      }),
      checks: Object.fromEntries(
        Object.entries(experiment.checks).map(([name, checker]) => [name, checker.name]),
      ),
      defences: experiment.defences.map(({ name, breaks, mayAlsoBreak }) => {
        return { name, breaks, mayAlsoBreak }
      }),
    },
    versions: {
      node: process.version,
      platform: `${platform()} ${release()} ${arch()}`,
      processors: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    },
  }
}
