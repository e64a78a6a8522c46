import { join } from 'node:path'
import { capabilitiesOf } from '../admission/capabilities.ts'
import { admit, type Times } from '../admission/plan.ts'
import type { RunOptions } from '../admission/run-options.ts'
import { strikesOf, type TimedStrike } from '../admission/strikes.ts'
import { systemClock } from '../base/clock.ts'
import { endedInTime, inTime } from '../base/deadline.ts'
import { messageOf } from '../base/errors.ts'
import { freshSeed, seeded } from '../base/random.ts'
import { startGuardian } from '../guardian/client.ts'
import { JournalFile } from '../journal/recorder.ts'
import { scratchFolderFor } from '../ledger/reachable-folder.ts'
import { sweep } from '../ledger/sweep.ts'
import type { Experiment } from '../model/experiment.ts'
import type { Context, LabSystem } from '../model/target.ts'
import type { Workload } from '../model/workload.ts'
import { finalReads } from '../traffic/final-reads.ts'
import { startTraffic } from '../traffic/traffic.ts'
import type { Conclusion } from '../verdict/conclusion.ts'
import { judge, judgeFolder, writeVerdict } from '../verdict/judge.ts'
import { watchAborts } from './abort-watch.ts'
import { describeRun } from './describe-run.ts'
import { Injector } from './injector.ts'
import { followLogs } from './log-tail.ts'
import { preflight } from './preflight.ts'
import { type PreparedExternal, prepareExternal } from './prepare-external.ts'
import { recordThrown } from './record-thrown.ts'
import { followProcesses, sampleResources } from './resources.ts'
import { makeRunFolder } from './run-folder.ts'
import { watchStalls } from './stalls.ts'
import { Steady } from './steady.ts'
import { watchAlerts } from './watch-alerts.ts'
import { followWire } from './wire.ts'

/** Starting servers may mean downloading them first. */
const startWithinMs = 600_000
const openWithinMs = 60_000
const endWithinMs = 60_000
const readWithinMs = 600_000

export interface FinishedRun {
  readonly conclusion: Conclusion
  /** `runs/<experiment>/<time>` */
  readonly folder: string
}

/**
 * One run of an experiment, from the plan to `verdict.json`. Whatever goes wrong after the plan was
 * admitted ends in a verdict, not in a throw, and with everything healed and stopped.
 * @throws {LabError} when the plan is refused, or this machine cannot run it; then nothing started.
 */
export async function run<System extends LabSystem>(
  experiment: Experiment<System>,
  options: RunOptions,
): Promise<FinishedRun> {
  const times = await admit(experiment, capabilitiesOf(options), options)
  const root = options.root ?? process.cwd()
  const external = await prepareExternal(experiment, options, root)
  const startedAt = systemClock.wall()
  const folder = await makeRunFolder(root, options.name, startedAt, options.keep ?? 30)
  const labFolder = join(root, '.lab')
  const file = join(folder, 'journal.jsonl')
  const journal = new JournalFile({ file, clock: systemClock, keepMs: keptMsOf(experiment) })
  const runId = `${options.name}-${startedAt.getTime().toString(36)}-${freshSeed().toString(36)}`
  options.observe?.(journal, folder)
  journal.onFailure(error => journal.record({ kind: 'error', message: error.message }))
  journal.record(describeRun(experiment, options, runId, startedAt))
  try {
    await guarded(experiment, options, times, { journal, folder, runId, labFolder, external })
  } catch (error) {
    recordThrown(journal, error)
  }
  journal.record({ kind: 'phase', phase: 'check' })
  journal[Symbol.dispose]()
  const conclusion = journal.failure
    ? judge(journal.readBack(), experiment)
    : await judgeFolder(folder, experiment).catch((error: unknown) => {
        recordThrown(journal, error)
        return judge(journal.readBack(), experiment)
      })
  await writeVerdict(folder, conclusion).catch(error => options.progress?.(messageOf(error)))
  return { conclusion, folder }
}

/** Live probes look back over one window, and over a whole further one. */
function keptMsOf({ steadyState }: Pick<Experiment<never>, 'steadyState'>): number {
  return 5_000 + 2 * Math.max(0, ...steadyState.map(({ overMs }) => overMs))
}

interface Desk {
  readonly journal: JournalFile
  readonly folder: string
  readonly runId: string
  readonly labFolder: string
  readonly external: PreparedExternal
}

/** Starts the guardian, which outlives us, and turns every reason to stop into one signal. */
async function guarded<System extends LabSystem>(
  experiment: Experiment<System>,
  options: RunOptions,
  times: Times,
  { journal, folder, runId, labFolder, external }: Desk,
): Promise<void> {
  journal.record({ kind: 'phase', phase: 'start' })
  const interrupted = options.signal ?? new AbortController().signal
  interrupted.throwIfAborted()
  await sweep(labFolder, journal, options.progress)
  const scratchFolder = await scratchFolderFor(labFolder, runId)
  await using guardian = await startGuardian({
    folder: labFolder,
    scratchFolder,
    runId,
    clock: systemClock,
    recorder: journal,
  })
  // Whatever a workload or a part still has under way ends with the run.
  using over = endOfRun()
  const strikes = strikesOf(experiment, options)
  const context: Context = {
    runId,
    runFolder: folder,
    scratchFolder,
    clock: systemClock,
    random: seeded(options.seed),
    recorder: journal,
    ledger: guardian.ledger,
    guardian,
    signal: AbortSignal.any([interrupted, guardian.lost, over.signal]),
    needs: [...new Set(strikes.flatMap(({ fault }) => fault.needs))],
    watchesAlerts: Object.values(experiment.checks).some(check => check.watchesAlerts),
    ...(options.metricsAddress !== undefined && { metricsAddress: options.metricsAddress }),
    defencesOff: options.defencesOff ?? [],
    proxy: options.proxy ?? 'embedded',
    runtime: options.runtime ?? 'embedded',
    ...external,
    progress: options.progress ?? (() => {}),
  }
  await conduct(targetOf(experiment, options), times, strikes, context, journal)
}

/** A planted control may bring a target of its own. */
function targetOf<System extends LabSystem>(
  experiment: Experiment<System>,
  { planted = [] }: RunOptions,
): Experiment<System> {
  const control = experiment.controls?.find(one => one.target && planted.includes(one.name))
  return control?.target ? { ...experiment, target: control.target } : experiment
}

function endOfRun(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => controller.abort(new Error('the run is over')),
  }
}

/** The phases. An early return leaves the question open; the journal says why. */
async function conduct<System extends LabSystem>(
  experiment: Experiment<System>,
  times: Times,
  strikes: readonly TimedStrike<System>[],
  context: Context,
  journal: JournalFile,
): Promise<void> {
  const { clock, random, signal, progress } = context
  const { workloads, steadyState, checks } = experiment
  const { name } = experiment.target
  const alive = followProcesses(journal)
  const starting = experiment.target.start(context)
  const started = await inTime(`${name} to start`, startWithinMs, starting, clock)
  await using _end = endedInTime(`${name} to end`, endWithinMs, started, clock)
  const system: System = started
  const links = system.links.map(link => link.name)
  journal.record({ kind: 'system', description: system.describe(), links })
  await using _wire = await followWire(system.links, checks, journal, clock)
  using _stalls = watchStalls(journal, clock)
  await using _logs = followLogs(system.logs ?? [], journal, clock)
  await using _alerts = watchAlerts(system.alerts, journal, clock)
  await using _resources = sampleResources(alive, system.meters ?? [], journal, clock)
  const desk = { recorder: journal, clock, random, progress }
  const open = async (one: Workload<System>) => {
    const what = `the clients of ${one.name}`
    const opening = one.open(system, context)
    const clients = await inTime(`${what} to open`, openWithinMs, opening, clock)
    const end = endedInTime(`${what} to close`, endWithinMs, clients, clock)
    return { ...end, perform: clients.perform.bind(clients) }
  }
  await using traffic = await startTraffic(workloads, open, desk)
  const steady = new Steady(steadyState, system, journal, clock)
  const orFail = <Value>(work: Promise<Value>) => Promise.race([work, traffic.failed])

  journal.record({ kind: 'phase', phase: 'preflight' })
  // What a control plants is held to the same as the schedule; a calm run proves the links too.
  const hurting = { strikes: [...experiment.schedule, ...strikes], workloads }
  if (!(await orFail(preflight(hurting, system, context, journal)))) return

  const baseline = journal.record({ kind: 'phase', phase: 'baseline' })
  await orFail(clock.sleep(times.baselineMs, signal))
  const calm = { sinceMs: baseline.atMs, deadlineMs: times.steadyWithinMs, signal }
  if (!(await orFail(steady.seek('before', calm)))) return

  const injector = new Injector(system, context, journal)
  const over = new AbortController()
  const stop = AbortSignal.any([signal, over.signal])
  journal.record({ kind: 'phase', phase: 'inject' })
  const playing = injector.play(strikes, times.durationMs, stop)
  const watching = Promise.all([
    steady.watch(stop),
    watchAborts(experiment.abortWhen, journal, clock, stop, () => over.abort()),
  ])
  try {
    await orFail(Promise.race([playing, watching.then(() => playing)]))
  } finally {
    over.abort()
    // A fault that is being made must be whole before it can be healed.
    await Promise.allSettled([playing, watching])
    journal.record({ kind: 'phase', phase: 'heal' })
    await injector.healAll()
  }
  signal.throwIfAborted()

  const recover = journal.record({ kind: 'phase', phase: 'recover' })
  const healed = { sinceMs: recover.atMs, deadlineMs: times.recoverWithinMs, signal }
  await orFail(steady.settle('after', healed))
  signal.throwIfAborted()
  const trafficEndMs = journal.nowMs()
  await traffic.stop()
  const rolledBack = steady.windowsUntil(trafficEndMs)

  journal.record({ kind: 'phase', phase: 'final-reads' })
  const reading = finalReads(workloads, system, context, journal)
  await inTime('the final reads to end', readWithinMs, reading, clock)
  await rolledBack.ask('rolled-back')
}
