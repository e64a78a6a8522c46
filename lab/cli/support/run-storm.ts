import { join } from 'node:path'
import { capabilitiesOf } from '../../admission/capabilities.ts'
import { lackingOf } from '../../admission/lacking.ts'
import { systemClock } from '../../base/clock.ts'
import { LabError } from '../../base/errors.ts'
import { writeOwnFile } from '../../base/own-file.ts'
import { print } from '../../base/print.ts'
import { freshSeed } from '../../base/random.ts'
import { exitCodes } from '../../base/verdict.ts'
import { readJournal } from '../../journal/read-journal.ts'
import { writableFolder } from '../../ledger/writable-folder.ts'
import {
  type StormCell,
  type StormResult,
  stormCells,
  stormResult,
  stormResultOf,
  stormVerdict,
} from '../../matrices/storm-matrix.ts'
import { stormMatrixPage } from '../../matrices/storm-matrix-page.ts'
import { weatherOf } from '../../matrices/weather.ts'
import type { Experiment } from '../../model/experiment.ts'
import { loadStorms } from '../../model/load-storms.ts'
import { cellName, cellOf, type Storm } from '../../model/storm.ts'
import { markdownTable } from '../../report/text/markdown.ts'
import { notRunWords } from '../../rounds/plan-round.ts'
import { openRound, type Round } from '../../rounds/round.ts'
import { isShortOfTime, mostRepeats } from '../../verdict/short-of-time.ts'
import { commitOf } from './commit-of.ts'
import { catchInterrupts } from './interrupts.ts'
import { runQuiet } from './run-quiet.ts'
import { addToSummary } from './step-summary.ts'
import { table } from './table.ts'
import { tellRound } from './tell-round.ts'
import { writeIndex } from './write-index.ts'

export interface StormFlags {
  readonly only: readonly string[]
  readonly budget?: number
  readonly fresh?: boolean
}

interface Cell {
  readonly name: string
  readonly experiment: Experiment
}

/** Runs the cells of the project's storm that this round still lacks. Resolves to the exit code. */
export async function runStorm(root: string, flags: StormFlags): Promise<number> {
  const [plan] = await loadStorms(root)
  if (!plan) throw noStorm()
  const all = cellsOf(plan)
  const chosen = all.filter(({ name }) => isChosen(name, flags.only))
  if (chosen.length === 0) throw noCell(plan, flags.only)
  const round = await openRound({
    file: join(await writableFolder(join(root, 'runs')), 'rounds', 'storm.jsonl'),
    result: stormResult,
    fresh: flags.fresh ?? false,
    startedAt: systemClock.wall().toISOString(),
    commit: await commitOf(root),
  })
  await tellRound(root, round)
  const lacking = await lackingIn(chosen)
  const todo = chosen.filter(({ name }) => !round.done.has(name) && !lacking.has(name))
  using interrupts = catchInterrupts()
  await runEach(root, todo, round, flags, interrupts.signal)
  const cells = stormCells(plan, round.done, lacking)
  await write(root, plan.title, cells, round)
  print(process.stdout, `\n${table(rowsOf(cells))}\n\nruns/storm-matrix.html`)
  if (interrupts.signal.aborted) return exitCodes.interrupted
  if (all.every(({ name }) => round.done.has(name) || lacking.has(name))) await round.end()
  return exitCodes[stormVerdict(cells.filter(each => isChosen(nameOf(each), flags.only)))]
}

async function runEach(
  root: string,
  cells: readonly Cell[],
  round: Round<StormResult>,
  flags: StormFlags,
  signal: AbortSignal,
): Promise<void> {
  const endMs = systemClock.nowMs() + (flags.budget ?? Number.POSITIVE_INFINITY)
  for (const { name, experiment } of cells) {
    if (signal.aborted || systemClock.nowMs() > endMs) return
    const make = () =>
      runQuiet(experiment, { name, seed: freshSeed(), root, signal, keep: 3 }, name)
    let made = await make()
    for (let again = 0; again < mostRepeats && isShortOfTime(made.conclusion); again++) {
      if (signal.aborted) return
      made = await make()
    }
    const { conclusion, folder } = made
    if (conclusion.exitCode === exitCodes.interrupted) return
    const journal = await readJournal(join(folder, 'journal.jsonl'))
    const weather = weatherOf(journal, experiment.workloads[0]?.name ?? '')
    const kept = ['runs', name, folder.split(/[\\/]/).at(-1)].join('/')
    await round.keep(name, stormResultOf(conclusion, weather, kept))
  }
}

/** Cells that can be run: what a workload cannot feel has none. */
function cellsOf(plan: Storm): readonly Cell[] {
  return stormCells(plan, new Map(), new Map()).flatMap(cell => {
    const experiment = cell.state === 'not run' ? cellOf(plan, nameOf(cell)) : undefined
    return experiment ? [{ name: nameOf(cell), experiment }] : []
  })
}

async function lackingIn(cells: readonly Cell[]): Promise<ReadonlyMap<string, string>> {
  const capabilities = capabilitiesOf({})
  const lacking = new Map<string, string>()
  for (const { name, experiment } of cells) {
    const all = await lackingOf(experiment, capabilities)
    if (all.length > 0) lacking.set(name, notRunWords(all))
  }
  return lacking
}

/** Faults down, workloads across: it fits a terminal. */
function rowsOf(cells: readonly StormCell[]): readonly (readonly string[])[] {
  const workloads = [...new Set(cells.map(({ workload }) => workload))]
  const byFault = Map.groupBy(cells, ({ fault }) => fault)
  const rows = [...byFault].map(([fault, row]) => {
    const words = workloads.map(workload => {
      const cell = row.find(each => each.workload === workload)
      return cell?.state === 'run' ? cell.word : (cell?.state ?? '')
    })
    return [fault, ...words]
  })
  return [['', ...workloads], ...rows]
}

async function write(
  root: string,
  title: string,
  cells: readonly StormCell[],
  { startedAt, commit }: Round<StormResult>,
): Promise<void> {
  const json = JSON.stringify({ startedAt, commit, cells }, null, 2)
  await writeOwnFile(join(root, 'runs', 'storm-matrix.json'), `${json}\n`)
  const page = stormMatrixPage(title, cells, `begun ${startedAt}, commit ${commit}`)
  await writeOwnFile(join(root, 'runs', 'storm-matrix.html'), page)
  const lost = cells.flatMap(({ workload, fault, ...cell }) => {
    const isAmiss = 'word' in cell && (cell.word === 'broken' || cell.word === 'inconclusive')
    return isAmiss ? [[`${workload}@${fault}`, cell.word, cell.why]] : []
  })
  await addToSummary(
    `## ${title}\n\n${markdownTable(rowsOf(cells))}\n\n${markdownTable([['cell', 'result', 'why'], ...lost])}\n`,
  )
  await writeIndex(root)
}

function nameOf({ workload, fault }: Pick<StormCell, 'workload' | 'fault'>): string {
  return cellName(workload, fault)
}

function isChosen(name: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some(each => each === name || name.split('@').includes(each))
}

function noStorm(): LabError {
  const expected = 'a file experiments/**/*.storm.ts that exports a storm'
  const why = 'It says which workloads and which faults the matrix has.'
  const next = 'Write one, as experiments/weather.storm.ts of the lab.'
  return new LabError({ code: 'no-storm', expected, found: 'none', why, next }, 'usage')
}

function noCell({ workloads, faults }: Storm, only: readonly string[]): LabError {
  return new LabError(
    {
      code: 'no-such-cell',
      expected: `a workload (${Object.keys(workloads).join(', ')}), a fault (${Object.keys(faults).join(', ')}), or WORKLOAD@FAULT`,
      found: only.join(', '),
      why: 'A matrix of nothing would hold.',
      next: 'Correct the name.',
    },
    'usage',
  )
}
