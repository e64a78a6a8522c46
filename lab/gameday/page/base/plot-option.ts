import type { Sample } from '../../../journal/sample.ts'
import type { Mark } from '../../view/marks.ts'
import type { Line, Panel } from './panels.ts'
import { clock, exact } from './words.ts'

export interface Plotted {
  readonly panel: Panel
  readonly samples: readonly Sample[]
  readonly marks: readonly Mark[]
  readonly fromMs: number
  readonly toMs: number
  /** The end of what is measured: what lasts is drawn until then. */
  readonly nowMs: number
}

/** Of the lines that stand for moments. */
const colours = {
  ...{ stop: '--bad', noticed: '--ok', alert: '--warn', note: '--soft', fault: '--fault' },
} as const

/** A panel in the words of ECharts, with what happened marked. */
export function plotOption(shown: Plotted, lines: readonly Line[]) {
  const { panel, samples, marks, fromMs, toMs, nowMs } = shown
  const css = getComputedStyle(document.documentElement)
  const colour = (name: string) => css.getPropertyValue(name).trim()
  const soft = colour('--soft')
  const text = { color: soft, fontSize: 11, fontFamily: css.fontFamily }
  const within = marks.filter(mark => (mark.toMs ?? nowMs) >= fromMs)
  return {
    animation: false,
    grid: { left: 44, right: 10, top: 8, bottom: 20 },
    xAxis: {
      type: 'value',
      min: fromMs,
      max: toMs,
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
          data: within
            .filter(({ kind }) => kind === 'fault')
            .map(mark => [
              { xAxis: mark.fromMs, itemStyle: { color: colour('--fault'), opacity: 0.16 } },
              { xAxis: mark.toMs ?? nowMs },
            ]),
        },
        markLine: {
          symbol: 'none',
          label: { show: false },
          data: within
            .filter(({ kind }) => kind !== 'fault')
            .map(({ kind, fromMs: at }) => ({
              xAxis: at,
              lineStyle: {
                color: colour(colours[kind]),
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
