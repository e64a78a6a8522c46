import type { SeriesOption } from 'echarts'
import type { RunStory } from '../run-story.ts'
import { draw, faultBands, grid, type Size, timeAxis, valueAxis } from './chart.ts'
import { withHover } from './hover.ts'
import type { WireSeries } from './wire-series.ts'

const height = 170

/** Connects and errors per second over all given links: where storms would show. */
export function wireChart(story: RunStory, links: readonly WireSeries[], size: Size): string {
  const bucketMs = links[0]?.bucketMs ?? 1000
  const bars = (kind: 'connects' | 'errors', color: string): SeriesOption => ({
    type: 'line',
    step: 'middle',
    symbol: 'none',
    lineStyle: { color, width: 2 },
    data: (links[0]?.[kind] ?? []).map((_, bucket) => {
      const total = links.reduce((sum, link) => sum + (link[kind][bucket] ?? 0), 0)
      return [((bucket + 0.5) * bucketMs) / 1000, (total * 1000) / bucketMs]
    }),
  })
  const svg = draw(
    {
      grid: grid(size),
      xAxis: timeAxis(story, size),
      yAxis: valueAxis('connects, errors per second', size),
      series: [bars('connects', 'var(--connect)'), bars('errors', 'var(--bad)'), faultBands(story)],
    },
    size,
    height,
  )
  const total = (kind: 'connects' | 'errors', bucket: number) =>
    links.reduce((sum, link) => sum + (link[kind][bucket] ?? 0), 0)
  const hovers = (links[0]?.connects ?? []).map((_, bucket) => {
    const words = `${total('connects', bucket)} connects, ${total('errors', bucket)} errors, in ${bucketMs} ms`
    const fromMs = bucket * bucketMs
    return { fromMs, toMs: fromMs + bucketMs, text: `${(fromMs / 1000).toFixed(1)} s: ${words}` }
  })
  return withHover(svg, hovers, story, size, { height, top: 34, bottom: 26 })
}
