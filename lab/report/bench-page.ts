import { html } from './html-text.ts'
import { bothSizes, type Cell, facts, key, pageOf, table } from './page-parts.ts'
import { meetsGoal, type RatioRow, ratioChart } from './ratio-chart.ts'

/** Results of a benchmark as ratios: to another program, or to a goal. */
export interface BenchResults {
  readonly title: string
  /** What the ratios mean, and what limits them. */
  readonly words: string
  readonly machine: Readonly<Record<string, string>>
  readonly rows: readonly RatioRow[]
}

/** One self-contained page: the plot, the table, and the machine it was measured on. */
export function renderBenchPage({ title, words, machine, rows }: BenchResults): string {
  const met = rows.filter(row => meetsGoal(row) === true).length
  const goals = rows.filter(row => row.goal !== undefined).length
  const heads = ['measure', '#min', '#median', '#max', '#goal', '']
  const keys = [key('ok', 'median and spread'), key('bad', 'misses its goal'), ' | goal']
  const body = html`<header class="card"><h1>${title}</h1><p>${words}</p>
<p><b>${met} of ${goals} goals met.</b></p>${facts(Object.entries(machine))}</header>
<section class="card"><figure><figcaption>${keys}</figcaption>
${bothSizes(size => ratioChart(rows, size))}</figure></section>
<section class="card scroll">${table(heads, rows.map(tableRow))}</section>`
  return pageOf(title, body)
}

function tableRow(row: RatioRow): readonly Cell[] {
  const met = meetsGoal(row)
  const sign = row.better === 'less' ? '≤' : '≥'
  return [
    row.name,
    row.least.toFixed(2),
    row.median.toFixed(2),
    row.most.toFixed(2),
    row.goal === undefined ? '' : `${sign} ${row.goal}`,
    met === undefined ? '' : { text: met ? '✓' : '✗', look: met ? 'yes' : 'no' },
  ]
}
