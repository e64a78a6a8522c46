import { LineChart } from 'echarts/charts'
import {
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components'
import * as echarts from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { html } from 'htm/preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Sample } from '../../../journal/sample.ts'
import type { Mark } from '../../view/marks.ts'
import type { Line, Panel } from '../base/panels.ts'
import { clock, exact } from '../base/words.ts'

echarts.use([
  LineChart,
  GridComponent,
  TooltipComponent,
  MarkLineComponent,
  MarkAreaComponent,
  CanvasRenderer,
])

interface Shown {
  readonly panel: Panel
  readonly samples: readonly Sample[]
  readonly marks: readonly Mark[]
  readonly fromMs: number
  readonly toMs: number
}

/** One panel; all share their time axis, and their tooltip moves together. */
export function Plot({ panel, samples, marks, fromMs, toMs }: Shown) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<echarts.ECharts>(undefined)
  useEffect(() => {
    const made = place.current && echarts.init(place.current)
    if (!made) return
    chart.current = made
    made.group = 'day'
    echarts.connect('day')
    const resize = new ResizeObserver(() => made.resize())
    resize.observe(made.getDom())
    return () => {
      resize.disconnect()
      made.dispose()
    }
  }, [])
  const lines = panel.lines(samples)
  useEffect(() => {
    chart.current?.setOption(option(panel, lines, samples, marks, fromMs, toMs), true)
  })
  const last = samples.at(-1)
  const before = samples.at(-2)
  return html`<figure class="plot">
    <figcaption>${panel.title}${panel.unit && ` (${panel.unit})`}
      <span class="legend">${lines.map(
        line =>
          html`<span class=${line.colour.slice(2)}>${line.name} <b>${latest(line, last, before)}</b></span>`,
      )}</span></figcaption>
    <div class="canvas" ref=${place} aria-hidden="true"></div></figure>`
}

function latest({ of }: Line, last: Sample | undefined, before: Sample | undefined): string {
  const value = last && of(last, before)
  return value === undefined ? '–' : exact(value)
}

function option(
  panel: Panel,
  lines: readonly Line[],
  samples: readonly Sample[],
  marks: readonly Mark[],
  fromMs: number,
  toMs: number,
) {
  const css = getComputedStyle(document.documentElement)
  const colour = (name: string) => css.getPropertyValue(name).trim()
  const soft = colour('--soft')
  const text = { color: soft, fontSize: 11, fontFamily: css.fontFamily }
  const shown = marks.filter(mark => (mark.toMs ?? toMs) >= fromMs)
  return {
    animation: false,
    grid: { left: 44, right: 10, top: 8, bottom: 20 },
    xAxis: {
      type: 'value',
      min: Math.max(0, fromMs),
      max: Math.max(toMs, fromMs + 60_000, 60_000),
      axisLabel: { ...text, formatter: (ms: number) => clock(ms), hideOverlap: true },
      axisLine: { lineStyle: { color: colour('--line') } },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      min: 0,
      splitNumber: 2,
      axisLabel: { ...text, formatter: exact },
      splitLine: { lineStyle: { color: colour('--grid') } },
    },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      backgroundColor: colour('--card'),
      borderColor: colour('--line'),
      textStyle: { color: colour('--ink'), fontSize: 12 },
      axisPointer: { label: { show: false }, lineStyle: { color: soft } },
      formatter: (points: readonly { seriesName: string; value: [number, number] }[]) =>
        [
          clock(points[0]?.value[0] ?? 0),
          ...points.map(p => `${p.seriesName}: ${Math.round(10 * p.value[1]) / 10} ${panel.unit}`),
        ].join('\n'),
    },
    series: [
      {
        type: 'line',
        data: [],
        silent: true,
        markArea: {
          data: shown
            .filter(({ kind }) => kind === 'fault')
            .map(mark => [
              { xAxis: mark.fromMs, itemStyle: { color: colour('--fault'), opacity: 0.16 } },
              { xAxis: mark.toMs ?? toMs },
            ]),
        },
        markLine: {
          symbol: 'none',
          label: { show: false },
          data: shown
            .filter(({ kind }) => kind !== 'fault')
            .map(({ kind, fromMs: at }) => ({
              xAxis: at,
              lineStyle: {
                color: colour(kind === 'stop' ? '--bad' : kind === 'noticed' ? '--ok' : '--soft'),
                type: kind === 'note' ? 'dotted' : 'solid',
                width: kind === 'stop' ? 2 : 1,
              },
            })),
        },
      },
      ...lines.map(line => ({
        type: 'line',
        name: line.name,
        showSymbol: false,
        lineStyle: { width: 1.6, color: colour(line.colour) },
        itemStyle: { color: colour(line.colour) },
        data: samples.flatMap((sample, i) => {
          const value = line.of(sample, samples[i - 1])
          return value === undefined ? [] : [[sample.atMs, value]]
        }),
      })),
    ],
  }
}
