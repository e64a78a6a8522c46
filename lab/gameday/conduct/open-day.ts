import { join } from 'node:path'
import { systemClock } from '../../base/clock.ts'
import { endedInTime, inTime } from '../../base/deadline.ts'
import { freshSeed, seeded } from '../../base/random.ts'
import { startGuardian } from '../../guardian/client.ts'
import { JournalFile } from '../../journal/recorder.ts'
import { scratchFolderFor } from '../../ledger/reachable-folder.ts'
import { sweep } from '../../ledger/sweep.ts'
import type { DayPanel } from '../../model/day-panel.ts'
import type { GameDay } from '../../model/game-day.ts'
import { ratesOf } from '../../model/rates.ts'
import type { Context } from '../../model/target.ts'
import type { Workload } from '../../model/workload.ts'
import { serveMetrics } from '../../report/metrics/serve-metrics.ts'
import { Injector } from '../../run/injector.ts'
import { followLogs } from '../../run/log-tail.ts'
import { followProcesses, sampleResources } from '../../run/resources.ts'
import { watchStalls } from '../../run/stalls.ts'
import { Steady } from '../../run/steady.ts'
import { watchAlerts } from '../../run/watch-alerts.ts'
import { followWire } from '../../run/wire.ts'
import { Pace } from '../../traffic/pace.ts'
import { startTraffic } from '../../traffic/traffic.ts'
import { Series } from '../record/series.ts'
import type { DayFolder } from './day-folder.ts'
import type { RunningDay } from './running-day.ts'

const startWithinMs = 600_000
const openWithinMs = 60_000
const endWithinMs = 60_000
/** A day is no longer; then its traffic ends by itself. */
const atMostMs = 12 * 3_600_000
/** What a day of the shop writes in some two hours (53 KB a second), and can still be read at once. */
const maxBytes = 380 * 2 ** 20

export interface OpenOptions {
  readonly name: string
  readonly root: string
  readonly seed: number
  readonly proxy: 'embedded' | 'toxiproxy'
  readonly signal: AbortSignal
  readonly progress: (message: string) => void
}

/**
 * Starts the system under its traffic, hands it to `use`, and ends it when that resolves. Whatever
 * happens, everything is healed and stopped, by the guardian if need be.
 */
export async function openDay(
  day: GameDay,
  { folder, state, after }: DayFolder,
  options: OpenOptions,
  use: (running: RunningDay) => Promise<void>,
): Promise<void> {
  const { name, root, seed, progress } = options
  const keepMs = 5_000 + 2 * Math.max(0, ...day.steadyState.map(({ overMs }) => overMs))
  using journal = new JournalFile({
    file: join(folder, 'journal.jsonl'),
    clock: systemClock,
    keepMs,
    maxBytes,
    ...(after && { after }),
  })
  await using metrics = await serveMetrics({ port: 0 })
  const series = new Series()
  journal.onEntry(entry => {
    state.take(entry)
    series.take(entry)
    metrics.onEntry(entry)
  })
  const runId = `${name}-day-${freshSeed().toString(36)}-${process.pid.toString(36)}`
  recordOpening(journal, day, options, runId, after !== undefined, state.atMs)
  const labFolder = join(root, '.lab')
  await sweep(labFolder, journal, progress)
  for (const { strike, state: was } of state.injections.values()) {
    if (was !== 'in force' && was !== 'being made') continue
    // The guardian of the killed lab has undone it.
    tell(journal, { did: 'healed', strike, why: 'killed' })
  }
  const scratchFolder = await scratchFolderFor(labFolder, runId)
  const clock = systemClock
  await using guardian = await startGuardian({
    folder: labFolder,
    scratchFolder,
    runId,
    clock,
    recorder: journal,
  })
  using over = ending()
  const context: Context = {
    runId,
    runFolder: folder,
    scratchFolder,
    clock,
    random: seeded(seed),
    recorder: journal,
    ledger: guardian.ledger,
    guardian,
    signal: AbortSignal.any([options.signal, guardian.lost, over.signal]),
    needs: [],
    watchesAlerts: day.panels !== undefined,
    metricsAddress: new URL(metrics.url).host,
    defencesOff: [],
    proxy: options.proxy,
    progress,
  }
  const alive = followProcesses(journal)
  const starting = day.target.start(context)
  const system = await inTime(`${day.target.name} to start`, startWithinMs, starting, clock)
  await using _end = endedInTime(`${day.target.name} to end`, endWithinMs, system, clock)
  const links = system.links.map(link => link.name)
  journal.record({ kind: 'system', description: system.describe(), links })
  await using _wire = await followWire(system.links, {}, journal, clock)
  using _stalls = watchStalls(journal, clock)
  await using _alerts = watchAlerts(system.alerts, journal, clock)
  await using _logs = followLogs(system.logs ?? [], journal, clock)
  await using _resources = sampleResources(alive, system.meters ?? [], journal, clock)
  const paces = new Map(day.workloads.map(each => [each.name, new Pace()]))
  for (const [workload, factor] of state.paces) paces.get(workload)?.set(factor)
  const open = async (one: Workload) => {
    const what = `the clients of ${one.name}`
    const clients = await inTime(what, openWithinMs, one.open(system, context), clock)
    const end = endedInTime(`${what} to close`, endWithinMs, clients, clock)
    return { ...end, perform: clients.perform.bind(clients) }
  }
  const random = seeded(seed).fork(runId)
  const desk = { recorder: journal, clock, random, progress, paces, atMostMs }
  await using traffic = await startTraffic(day.workloads, open, desk)
  const lost = Promise.withResolvers<never>()
  guardian.lost.addEventListener('abort', () => lost.reject(guardian.lost.reason), { once: true })
  const failed = Promise.race([traffic.failed, lost.promise])
  failed.catch(() => {})
  const watching = new Steady(day.steadyState, system, journal, clock).watch(context.signal)
  try {
    await use({
      ...{ name, day, system, context, journal, paces, state, series, root, failed },
      injector: new Injector(system, context, journal),
      ledgerFile: join(labFolder, 'ledgers', `${runId}.jsonl`),
    })
  } finally {
    over[Symbol.dispose]()
    await watching
  }
}

function recordOpening(
  journal: JournalFile,
  day: GameDay,
  { name, seed }: OpenOptions,
  runId: string,
  again: boolean,
  lastMs: number,
): void {
  const at = systemClock.wall().toISOString()
  if (again) {
    tell(journal, { did: 'resumed', at, downMs: Math.max(0, journal.nowMs() - lastMs) })
    return
  }
  tell(journal, {
    did: 'opened',
    ...{ day: name, title: day.title, runId, seed, at, target: day.target.name },
    workloads: day.workloads.map(one => {
      return { name: one.name, perSecond: ratesOf(one).at(-1)?.perSecond ?? 0 }
    }),
    steadyState: day.steadyState.map(({ sentence, tolerance: { expected } }) => {
      return { sentence, expected }
    }),
    versions: { node: process.version },
    ...(day.panels && { panels: day.panels.map(shownPanel) }),
  })
}

function shownPanel({ id, title, kind, unit, queries }: DayPanel) {
  const tellsFaults = queries.some(({ expr }) => expr.includes('lab_fault'))
  return { id, title, kind, unit, tellsFaults }
}

type Told = Parameters<JournalFile['record']>[0] & { kind: 'crew' }

function tell(journal: JournalFile, act: Told['act']): void {
  journal.record({ kind: 'crew', by: 'console', role: 'console', act })
}

function ending(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => controller.abort(new Error('the day is over')),
  }
}
