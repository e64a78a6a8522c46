import type { EChartsOption } from 'echarts'
import { draw, grid, type Size, valueAxis } from '../../lab/report/html/chart.ts'
import { type Html, html } from '../../lab/report/html/html-text.ts'
import { bothSizes, facts, key, pageOf, table } from '../../lab/report/html/page-parts.ts'
import type { Usage } from './cpu.ts'
import { boundOf } from './markdown.ts'
import type { Curve } from './measure.ts'
import { found } from './number.ts'
import type { Results, Row } from './results.ts'

const hues = ['p50', 'p95', 'p99', 'ok'] as const
const height = 260

/** One self-contained page: the figures, the curves, and what the cores did. */
export function page(results: Results): string {
  const { about, rows, curves } = results
  const plots = [...new Set(curves.map(({ plot }) => plot))]
  const body = html`<h1>The service under load</h1>
    <section class="card">${facts(Object.entries(about))}</section>
    <h2>Curves</h2>
    ${plots.map(plot => plotOf(curves.filter(curve => curve.plot === plot)))}
    <h2>What the cores did</h2>
    ${coresPlot(rows)}
    <h2>Figures</h2>
    <section class="card scroll">${figures(rows)}</section>`
  return pageOf('The service under load', body)
}

function figures(rows: readonly Row[]): Html {
  return table(
    ['', 'figure', 'unit', '#goal', '#found', '', 'limited by'],
    rows.map(row => [
      row.scenario.replace('-', '\u2011'), // not to be broken
      row.goal.title,
      row.goal.unit,
      boundOf(row),
      found(row.values),
      { text: row.verdict, look: { met: 'yes', missed: 'no', told: '' }[row.verdict] },
      row.limit,
    ]),
  )
}

function plotOf(curves: readonly Curve[]): Html {
  const [first] = curves
  if (!first) return html``
  const keys = curves.map(({ name }, index) => key(hues[index] ?? 'ok', name))
  return html`<figure class="card"><figcaption><b>${first.plot}</b>${keys}</figcaption>
    ${bothSizes(size => draw(option(curves, first, size), size, height))}</figure>`
}

function option(curves: readonly Curve[], { x, y }: Curve, size: Size): EChartsOption {
  const isTime = x === 's'
  const axis = valueAxis(x, size)
  return {
    grid: { ...grid(size), right: 60 },
    xAxis: isTime
      ? { ...axis, type: 'value', nameTextStyle: { color: 'var(--soft)' } }
      : {
          type: 'category',
          name: x,
          data: first(curves).points.map(([at]) => `${at}`),
          axisLabel: axis.axisLabel,
          nameTextStyle: { color: 'var(--soft)' },
        },
    yAxis: { ...valueAxis(y, size), minInterval: 0 },
    series: curves.map(({ points }, index) => ({
      type: 'line',
      symbolSize: isTime ? 0 : 6,
      itemStyle: { color: `var(--${hues[index] ?? 'ok'})` },
      lineStyle: { color: `var(--${hues[index] ?? 'ok'})`, width: 2 },
      data: points.map(([at, value]) => (isTime ? [at, value] : value)),
    })),
  }
}

function first(curves: readonly Curve[]): Curve {
  const [curve] = curves
  if (!curve) throw new RangeError('A plot needs a curve.')
  return curve
}

/** Kinds of process, and how they are coloured. */
const kinds = [
  ['service', 'p50'],
  ['postgres', 'p95'],
  ['redis', 'p99'],
  ['proxy', 'ok'],
  ['haproxy', 'fail'],
  ['load generator', 'info'],
  ['others', 'bad'],
] as const

/** One bar for each stretch that was measured, named after its first figure. */
function coresPlot(rows: readonly Row[]): Html {
  const measured = rows.filter(({ usage }) => usage !== undefined)
  const bars = measured
    .filter(({ limit }, index) => measured.findIndex(row => row.limit === limit) === index)
    .reverse()
  const keys = kinds.map(([kind, hue]) => key(hue, kind))
  return html`<figure class="card"><figcaption><b>Cores in use</b>${keys}</figcaption>
    ${bothSizes(size => draw(coresOption(bars, size), size, 60 + 26 * bars.length))}</figure>`
}

function coresOption(bars: readonly Row[], size: Size): EChartsOption {
  const left = size.width / 3
  const { axisLabel } = valueAxis('', size)
  return {
    grid: { ...grid(size, 10), left, right: 40 },
    xAxis: valueAxis('cores', size),
    yAxis: {
      type: 'category',
      data: bars.map(({ goal }) => goal.title),
      axisLabel: { ...axisLabel, width: left - 12, overflow: 'truncate' },
    },
    series: kinds.map(([kind, hue]) => ({
      type: 'bar',
      stack: 'cores',
      itemStyle: { color: `var(--${hue})` },
      data: bars.map(({ usage }) => (usage ? coresOf(usage, kind) : 0)),
    })),
  }
}

function coresOf({ cores, others }: Usage, kind: string): number {
  if (kind === 'others') return others
  return Object.entries(cores)
    .filter(([name]) => name.startsWith(kind))
    .reduce((sum, [, each]) => sum + each, 0)
}
