import { found } from './number.ts'
import type { Results, Row } from './results.ts'

/** The table people read. */
export function markdown({ about, rows }: Results): string {
  const facts = Object.entries(about).map(([name, value]) => `- ${name}: ${value}`)
  const wanted = rows.filter(({ verdict }) => verdict !== 'told')
  const met = wanted.filter(({ verdict }) => verdict === 'met')
  return [
    '# The service under load',
    '',
    'Made by `pnpm bench service`; plots in [service.html](service.html), every figure in service.json. With several rounds',
    'the median counts. Bounds marked * are ours, where [the catalogue](../../docs/scenarios.md) names none. Latency counts from the',
    'intended start. The limit is read off the CPU time of each kind of process, the clients included, while the figure was taken.',
    "With `--only`, rows of the other measures stay from earlier runs; the machine below is the last run's.",
    '',
    `**${met.length} of ${wanted.length} goals met.**`,
    '',
    ...facts,
    '',
    '| | figure | unit | goal | found | | limited by |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(line),
    '',
  ].join('\n')
}

function line(row: Row): string {
  const { scenario, goal, values, verdict, limit } = row
  const cells = [scenario, goal.title, goal.unit, boundOf(row), found(values), verdict, limit]
  return `| ${cells.join(' | ')} |`
}

/** `≥ 1000`; with a star when the bound is ours. */
export function boundOf({ goal: { atLeast, atMost, isOwn } }: Row): string {
  const bounds = [
    ...(atLeast === undefined ? [] : [`≥ ${atLeast}`]),
    ...(atMost === undefined ? [] : [`≤ ${atMost}`]),
  ]
  return `${bounds.join(', ')}${isOwn ? ' *' : ''}`
}
