import type { CustomSeriesRenderItem } from 'echarts'
import type { RunStory } from '../run-story.ts'
import { draw, faultColor, grid, inForce, type Size, timeAxis } from './chart.ts'

interface Bar {
  readonly row: number
  readonly from: number
  readonly to: number
  readonly color: string
  readonly text: string
}

const rowHeight = 30

/**
 * Phases in the first row, then each fault in a row of its own, on the clock of the other plots.
 */
export function timelineChart(story: RunStory, size: Size): string {
  const { shown } = story
  const phases = story.phases.flatMap(({ name, fromMs, toMs }, i): readonly Bar[] => {
    const from = Math.max(fromMs, shown.fromMs) / 1000
    const to = Math.min(toMs, shown.toMs) / 1000
    return from < to ? [{ row: 0, from, to, color: `var(--phase-${i % 2})`, text: name }] : []
  })
  const faults = story.faults.flatMap((fault, i): readonly Bar[] => {
    const span = inForce(fault, story)
    const text = `${i + 1} ${fault.label}`
    return span ? [{ row: i + 1, ...span, color: faultColor(i), text }] : []
  })
  const aborts = story.aborts.map(({ atMs }) => ({ xAxis: atMs / 1000 }))
  const bars = [...phases, ...faults]
  const rows = 1 + story.faults.length
  return draw(
    {
      grid: grid(size, 6),
      xAxis: timeAxis(story, size),
      yAxis: { type: 'value', min: 0, max: rows, inverse: true, show: false },
      series: [
        {
          type: 'custom',
          data: bars.map(bar => [bar.from, bar.row, bar.to]),
          renderItem: renderBar(bars, size),
          markLine: {
            symbol: 'none',
            label: { formatter: 'aborted', color: 'var(--bad)' },
            lineStyle: { color: 'var(--bad)', type: 'solid', width: 2 },
            data: aborts,
          },
        },
      ],
    },
    size,
    rows * rowHeight + 32,
  )
}

function renderBar(bars: readonly Bar[], size: Size): CustomSeriesRenderItem {
  return (params, api) => {
    const bar = bars[params.dataIndex]
    if (!bar) return null
    const [x = 0, y = 0] = api.coord([bar.from, bar.row])
    const [right = x] = api.coord([bar.to, bar.row])
    const width = Math.max(2, right - x - 1)
    const fits = shortened(bar.text, width - 8, size) === bar.text
    const beside = bar.row > 0 && !fits
    const leftwards = x > size.width - right
    const room = (leftwards ? x : size.width - right) - 8
    const text = fits ? bar.text : beside ? shortened(bar.text, room, size) : ''
    const at = beside ? (leftwards ? x - 6 : right + 6) : x + 6
    const fill = bar.row > 0 && fits ? 'var(--on-fault)' : 'var(--ink)'
    const align = beside && leftwards ? 'right' : 'left'
    const font = { fontSize: size.fontSize, fill, align, verticalAlign: 'middle' } as const
    const shape = { x, y: y + 3, width, height: rowHeight - 7, r: 3 }
    return {
      type: 'group',
      children: [
        { type: 'rect', shape, style: { fill: bar.color } },
        { type: 'text', x: at, y: y + rowHeight / 2, style: { text, ...font } },
      ],
    }
  }
}

/** The beginning that has room in so many pixels; the table of faults has all of it. */
function shortened(text: string, pixels: number, { fontSize }: Size): string {
  const most = Math.max(1, Math.floor(pixels / (fontSize * 0.56)))
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}
