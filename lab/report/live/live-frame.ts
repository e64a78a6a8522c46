import { strikeTimes } from '../../admission/strikes.ts'
import { phases } from '../../journal/journal.ts'
import type { Experiment } from '../../model/experiment.ts'
import { line, type Piece, piece, sparkline } from '../live-line.ts'
import type { Flow, LiveState } from './live-state.ts'

/** What the view has to know of the experiment before anything happens. */
export interface LivePlan {
  readonly name: string
  readonly seed: number
  readonly experiment: Pick<Experiment<never>, 'title' | 'schedule' | 'workloads' | 'steadyState'>
}

export interface Screen {
  readonly width: number
  readonly colors: boolean
}

/** The picture of this moment: a pure function, at most `width` wide, about twenty lines high. */
export function frame(plan: LivePlan, state: LiveState, nowMs: number, screen: Screen): string {
  const lines: readonly (readonly Piece[])[] = [
    [piece(plan.name, 'bold'), piece(`  seed ${plan.seed}  `, 'dim'), piece(clockOf(nowMs))],
    [piece(plan.experiment.title, 'dim')],
    [],
    phaseLine(state, nowMs, screen.width),
    [],
    ...strikeLines(plan, state, nowMs, screen.width),
    [],
    ...flowLines(plan, state, nowMs, screen.width),
    [],
    ...plan.experiment.steadyState.map(({ sentence }) => hypothesisLine(sentence, state)),
    ...(state.word === undefined ? [] : [[piece(`  ${state.word}`, 'yellow')]]),
  ]
  return lines.map(pieces => line(pieces, screen.width, screen.colors)).join('\n')
}

/** On a narrow screen only the present phase is named. */
function phaseLine(state: LiveState, nowMs: number, width: number): readonly Piece[] {
  return phases.flatMap(phase => {
    if (phase === state.phase) {
      return [piece(`● ${phase} ${shortly(nowMs - state.phaseSinceMs)}  `, 'cyan')]
    }
    const name = width < 96 ? '' : `${phase} `
    if (state.phases.includes(phase)) return [piece(`✓ ${name}`.trimEnd().concat('  '), 'green')]
    return [piece(`○ ${name}`.trimEnd().concat('  '), 'dim')]
  })
}

/** What a strike's line needs besides its label and its bar. */
const wordsWidth = 28
const longestBar = 24
const shortestBar = 8

/** One line per planned strike: its place in the schedule, and what it does now or when it will. */
function strikeLines(
  plan: LivePlan,
  state: LiveState,
  nowMs: number,
  width: number,
): readonly Piece[][] {
  const { schedule } = plan.experiment
  const times = strikeTimes(schedule)
  const planned = schedule.map(({ fault: { label } }, index) => {
    const { earliestMs: from = 0, latestMs: latest = 0, endMs: to = 0 } = times[index] ?? {}
    return { label, from, latest, to }
  })
  const endMs = Math.max(1, ...planned.map(each => each.to))
  const sinceMs = state.injectMs === undefined ? undefined : nowMs - state.injectMs
  const labelWidth = Math.max(...planned.map(each => each.label.length), 0)
  const applied = [...state.faults.values()]
  const barLength = Math.max(1, Math.min(longestBar, width - labelWidth - wordsWidth))
  return planned.map(({ label, from, latest, to }, i) => {
    const cell = (ms: number) => Math.min(barLength, Math.round((ms / endMs) * barLength))
    const done = sinceMs === undefined ? 0 : cell(sinceMs)
    const bar = Array.from({ length: barLength }, (_, at) => {
      if (sinceMs !== undefined && at === done) return '│'
      return at >= cell(from) && at <= Math.max(cell(from), cell(to) - 1) ? '█' : '·'
    }).join('')
    const fault = applied.find(each => each.label === label && isOf(i, planned, applied, each))
    const now = strikeNow(fault, sinceMs, latest, nowMs)
    const name = piece(`  ${label.padEnd(labelWidth)}  `)
    return barLength < shortestBar ? [name, now] : [name, piece(bar, now.style ?? 'dim'), now]
  })
}

type Applied = {
  readonly label: string
  readonly appliedMs: number
  readonly healedMs: number | undefined
}

/** The n-th strike with a label is the n-th applied fault with that label. */
function isOf(
  index: number,
  planned: readonly { readonly label: string }[],
  applied: readonly Applied[],
  fault: Applied,
): boolean {
  const before = planned.slice(0, index).filter(each => each.label === fault.label).length
  return applied.filter(each => each.label === fault.label).indexOf(fault) === before
}

function strikeNow(
  fault: Applied | undefined,
  sinceMs: number | undefined,
  latestMs: number,
  nowMs: number,
): Piece {
  if (fault?.healedMs !== undefined) return piece('  healed', 'green')
  if (fault) return piece(`  in force for ${shortly(nowMs - fault.appliedMs)}`, 'red')
  if (sinceMs === undefined) return piece('  planned', 'dim')
  return piece(`  within ${shortly(Math.max(0, latestMs - sinceMs))}`, 'yellow')
}

const columns = {
  wide: { ok: 9, failed: 10, unknown: 11, p95: 10 },
  narrow: { ok: 6, failed: 7, unknown: 8, p95: 9 },
} as const
type Columns = (typeof columns)[keyof typeof columns]

function flowLines(
  plan: LivePlan,
  state: LiveState,
  nowMs: number,
  screenWidth: number,
): readonly Piece[][] {
  const names = plan.experiment.workloads.map(workload => workload.name)
  const width = Math.max(8, ...names.map(name => name.length))
  const flows = state.flows(nowMs)
  const cells = screenWidth < 64 ? columns.narrow : columns.wide
  const { ok, failed, unknown, p95 } = cells
  const unit = cells === columns.narrow ? '' : '/s'
  const heads = [`ok${unit}`, `failed${unit}`, `unknown${unit}`, 'p95']
  const widths = [ok, failed, unknown, p95]
  const head = heads.map((name, i) => name.padStart(widths[i] ?? 0)).join('')
  return [
    [piece(`  ${'traffic'.padEnd(width)}${head}`, 'dim')],
    ...names.map(name => {
      const flow = flows.find(each => each.workload === name)
      return flowLine(name.padEnd(width), flow, cells)
    }),
  ]
}

function flowLine(name: string, flow: Flow | undefined, cells: Columns): Piece[] {
  if (!flow) return [piece(`  ${name}  not flowing yet`, 'dim')]
  const { okPerSecond, failPerSecond, infoPerSecond, p95Ms, spark } = flow
  const number = (value: number, width: number) => value.toFixed(1).padStart(width)
  const p95 = (p95Ms === undefined ? '–' : `${p95Ms.toFixed(0)} ms`).padStart(cells.p95)
  return [
    piece(`  ${name}`),
    piece(number(okPerSecond, cells.ok), okPerSecond > 0 ? 'green' : 'red'),
    piece(number(failPerSecond, cells.failed), failPerSecond > 0 ? 'yellow' : 'dim'),
    piece(number(infoPerSecond, cells.unknown), infoPerSecond > 0 ? 'magenta' : 'dim'),
    piece(p95),
    piece(`  ${sparkline(spark, 30)}`, 'green'),
  ]
}

function hypothesisLine(sentence: string, state: LiveState): readonly Piece[] {
  const asked = state.hypotheses.get(sentence)
  if (!asked) return [piece(`  · ${sentence}`, 'dim')]
  const { held, value, expected } = asked
  return [
    piece(held ? '  ✓ ' : '  ✗ ', held ? 'green' : 'red'),
    piece(sentence),
    piece(
      `  ${typeof value === 'number' ? round(value) : JSON.stringify(value)}, ${expected}`,
      'dim',
    ),
  ]
}

const round = (value: number) => `${Math.round(value * 1000) / 1000}`
const shortly = (ms: number) => `${(ms / 1000).toFixed(1)} s`

function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
