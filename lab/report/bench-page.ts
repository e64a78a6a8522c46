import { createHash } from 'node:crypto'
import { sizes } from './chart.ts'
import { type Html, html, trusted } from './html-text.ts'
import { meetsGoal, type RatioRow, ratioChart } from './ratio-chart.ts'
import { style } from './style.ts'

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
  const hash = createHash('sha256').update(style).digest('base64')
  const met = rows.filter(row => meetsGoal(row) === true).length
  const goals = rows.filter(row => row.goal !== undefined).length
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(`default-src 'none'; style-src 'sha256-${hash}'`)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body><main>
<header class="card"><h1>${title}</h1><p>${words}</p><p><b>${met} of ${goals} goals met.</b></p>
<dl class="facts">${Object.entries(machine).map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl></header>
<section class="card"><figcaption><span class="key ok">median and spread</span>
<span class="key bad">misses its goal</span><span>| goal</span></figcaption>
<div class="wide">${trusted(ratioChart(rows, sizes.wide))}</div>
<div class="narrow">${trusted(ratioChart(rows, sizes.narrow))}</div></section>
<section class="card scroll"><table><thead><tr><th>measure</th><th class="n">min</th><th class="n">median</th>
<th class="n">max</th><th class="n">goal</th><th></th></tr></thead><tbody>${rows.map(tableRow)}</tbody></table></section>
</main></body>
</html>
`.toString()
}

function tableRow(row: RatioRow): Html {
  const met = meetsGoal(row)
  const sign = row.better === 'less' ? '≤' : '≥'
  const goal = row.goal === undefined ? '' : `${sign} ${row.goal}`
  const mark = met === undefined ? '' : met ? '✓' : '✗'
  return html`<tr><td>${row.name}</td><td class="n">${row.least.toFixed(2)}</td>
    <td class="n">${row.median.toFixed(2)}</td><td class="n">${row.most.toFixed(2)}</td>
    <td class="n">${goal}</td><td class="${met ? 'yes' : 'no'}">${mark}</td></tr>`
}
