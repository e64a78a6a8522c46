import { median } from '../shared/median.ts'
import type { Row } from './results.ts'
import { MOST_STOLEN, MOST_TRIES } from './undisturbed.ts'

/** The table people read. */
export function markdown(
  rows: readonly Row[],
  about: Readonly<Record<string, string>>,
  rounds: number,
): string {
  const facts = Object.entries(about).map(([name, value]) => `- ${name}: ${value}`)
  return [
    '# The proxy against Toxiproxy',
    '',
    `Medians of ${rounds} alternating rounds; the ratio (ours ÷ theirs) is taken round by round.`,
    `A turn during which the host of this machine took more than ${100 * MOST_STOLEN} % of its time is played again, ${MOST_TRIES - 1} times at most, whatever it found.`,
    'Made by `pnpm bench proxy`. Rows of parsing compare ours with parsing to ours without.',
    "With `--only`, rows of the other measures stay from earlier runs; the machine below is the last run's.",
    '',
    ...facts,
    '',
    ...table(rows),
    '',
  ].join('\n')
}

/** A line for each figure, ours beside theirs. */
export function table(rows: readonly Row[]): readonly string[] {
  return [
    '| figure | unit | ours | theirs | ratio min / median / max | goal (stretch) | |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(line),
  ]
}

function line({ goal, ours, theirs, ratio, verdict }: Row): string {
  const sign = goal.better === 'less' ? '≤' : '≥'
  const wanted =
    goal.atLeast !== undefined
      ? `≥ ${goal.atLeast} ${goal.unit}, always`
      : goal.ratio === undefined
        ? ''
        : `${sign} ${goal.ratio}${goal.stretch === undefined ? '' : ` (${goal.stretch})`}`
  const ratios = [ratio.min, ratio.median, ratio.max].map(number).join(' / ')
  const own = goal.atLeast === undefined ? median(ours) : Math.min(...ours)
  const cells = [
    goal.title,
    goal.unit,
    number(own),
    number(median(theirs)),
    goal.atLeast === undefined ? ratios : '',
    wanted,
    verdict,
  ]
  return `| ${cells.join(' | ')} |`
}

function number(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toFixed(digits)
}
