import type { SeriesOption, YAXisComponentOption } from 'echarts'
import type { RunStory } from '../run-story.ts'
import { draw, faultBands, grid, type Size, timeAxis, valueAxis } from './chart.ts'
import { withHover } from './hover.ts'
import type { Percentiles, TrafficBucket, TrafficSeries } from './traffic-series.ts'

const height = 210
const frame = { height, top: 34, bottom: 26 }

/** Answers per second, stacked by how they ended. */
export function outcomeChart(story: RunStory, series: TrafficSeries, size: Size): string {
  const perSecond = 1000 / series.bucketMs
  const area = (name: 'ok' | 'fail' | 'info'): SeriesOption => ({
    type: 'line',
    step: 'middle',
    stack: 'answers',
    symbol: 'none',
    lineStyle: { width: 0 },
    areaStyle: { color: `var(--${name})`, opacity: 0.9 },
    data: series.buckets.map(each => [middle(each, series), each[name] * perSecond]),
  })
  const svg = draw(
    {
      grid: grid(size),
      xAxis: timeAxis(story, size),
      yAxis: valueAxis('answers per second', size),
      series: [area('ok'), area('fail'), area('info'), faultBands(story)],
    },
    size,
    height,
  )
  const words = ({ ok, fail, info }: TrafficBucket) =>
    `${ok} ok, ${fail} failed, ${info} unknown, in ${series.bucketMs} ms`
  return withHover(svg, hovers(series, words), story, size, frame)
}

function hovers(series: TrafficSeries, words: (bucket: TrafficBucket) => string) {
  return series.buckets.map(bucket => ({
    fromMs: bucket.fromMs,
    toMs: bucket.fromMs + series.bucketMs,
    text: `${(bucket.fromMs / 1000).toFixed(1)} s: ${words(bucket)}`,
  }))
}

/** Latency of ok answers from their intended start; a gap where there was none. */
export function latencyChart(story: RunStory, series: TrafficSeries, size: Size): string {
  const line = (name: keyof Percentiles): SeriesOption => ({
    type: 'line',
    symbol: 'none',
    connectNulls: false,
    lineStyle: { color: `var(--${name})`, width: name === 'p95' ? 2 : 1.5 },
    data: series.buckets.map(each => {
      const value = each.latency?.[name]
      return [middle(each, series), value === undefined ? null : Math.max(value, 0.1)]
    }),
  })
  const svg = draw(
    {
      grid: grid(size),
      xAxis: timeAxis(story, size),
      yAxis: logAxis(series, size),
      series: [line('p50'), line('p95'), line('p99'), faultBands(story)],
    },
    size,
    height,
  )
  const words = ({ latency }: TrafficBucket) =>
    latency ? `p50 ${latency.p50} ms, p95 ${latency.p95} ms, p99 ${latency.p99} ms` : 'no ok answer'
  return withHover(svg, hovers(series, words), story, size, frame)
}

function middle(bucket: TrafficBucket, series: TrafficSeries): number {
  return (bucket.fromMs + series.bucketMs / 2) / 1000
}

function logAxis(series: TrafficSeries, size: Size): YAXisComponentOption {
  const { name, nameTextStyle, axisLabel, splitLine } = valueAxis('ms, logarithmic', size)
  return { type: 'log', name, nameTextStyle, axisLabel, splitLine, ...decades(series) }
}

/** Whole powers of ten around all values, so that every tick is one. */
function decades(series: TrafficSeries): { readonly min: number; readonly max: number } {
  const values = series.buckets.flatMap(({ latency }) =>
    latency ? [latency.p50, latency.p99] : [],
  )
  const least = Math.max(0.1, Math.min(...values, 1))
  const most = Math.max(...values, 10)
  return { min: 10 ** Math.floor(Math.log10(least)), max: 10 ** Math.ceil(Math.log10(most)) }
}
