import type { EChartsOption } from 'echarts'
import { draw, grid, type Size, valueAxis } from '../../lab/report/chart.ts'
import { type Html, html } from '../../lab/report/html-text.ts'
import { bothSizes, facts, key, pageOf, table } from '../../lab/report/page-parts.ts'
import { median } from '../proxy/results.ts'
import { boundOf } from './markdown.ts'
import type { Curve } from './measure.ts'
import { number } from './number.ts'
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
      row.scenario,
      row.goal.title,
      row.goal.unit,
      boundOf(row),
      number(median(row.values)),
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

const palette = ['--p50', '--p95', '--p99', '--ok', '--fail', '--info', '--bad', '--phase-0']

/** One bar for each stretch that was measured, named after its first figure. */
function coresPlot(rows: readonly Row[]): Html {
  const stretches = [...new Map(rows.flatMap(row => (row.usage ? [[row.limit, row]] : [])))]
    .map(([, row]) => row)
    .reverse()
  const names = [...new Set(stretches.flatMap(({ usage }) => Object.keys(usage?.cores ?? {})))]
  const parts = ['service', 'postgres', 'redis', 'proxy', 'haproxy', 'load generator', 'others']
  const cores = (row: Row, part: string) =>
    part === 'others'
      ? (row.usage?.others ?? 0)
      : names
          .filter(name => name.startsWith(part))
          .reduce((sum, name) => sum + (row.usage?.cores[name] ?? 0), 0)
  const drawn = (size: Size) =>
    draw(
      {
        grid: { ...grid(size), left: size.width / 3, top: 60 },
        legend: { top: 0, textStyle: { color: 'var(--soft)' } },
        xAxis: valueAxis('cores', size),
        yAxis: {
          type: 'category',
          data: stretches.map(({ goal }) => goal.title),
          axisLabel: {
            color: 'var(--soft)',
            fontSize: size.fontSize,
            width: size.width / 3 - 12,
            overflow: 'truncate',
          },
        },
        series: parts.map((part, index) => ({
          type: 'bar',
          name: part,
          stack: 'cores',
          itemStyle: { color: `var(${palette[index] ?? '--line'})` },
          data: stretches.map(row => Number(cores(row, part).toFixed(3))),
        })),
      },
      size,
      90 + 26 * stretches.length,
    )
  return html`<figure class="card"><figcaption><b>Cores in use, by kind of process</b></figcaption>
    ${bothSizes(drawn)}</figure>`
}
