import type { CustomSeriesRenderItem } from 'echarts'
import type { RunStory } from '../run-story.ts'
import type { ProcessLane } from '../story/process-lanes.ts'
import { draw, faultBands, grid, type Size, timeAxis } from './chart.ts'
import { type Hover, withHover } from './hover.ts'

const laneHeight = 22
const room = { top: 6, bottom: 26 }

interface Bar {
  readonly row: number
  readonly from: number
  readonly to: number
  readonly color: string
  readonly ends: boolean
}

const colors = { starting: 'var(--phase-0)', up: 'var(--up)', paused: 'var(--fail)' } as const

/** When each process was there, on the clock of the other plots. A gap: it was not. */
export function lanesChart(story: RunStory, lanes: readonly ProcessLane[], size: Size): string {
  const [first, last] = [story.shown.fromMs / 1000, story.shown.toMs / 1000]
  const bars = lanes.flatMap(({ spans }, row) =>
    spans.flatMap(({ state, fromMs, toMs, unasked }): readonly Bar[] => {
      const [from, to] = [Math.max(fromMs / 1000, first), Math.min(toMs / 1000, last)]
      if (from >= to) return []
      return [{ row, from, to, color: colors[state], ends: unasked !== undefined }]
    }),
  )
  const height = lanes.length * laneHeight + room.top + room.bottom
  const svg = draw(
    {
      grid: { ...grid(size, room.top), bottom: room.bottom },
      xAxis: timeAxis(story, size),
      yAxis: { type: 'value', min: 0, max: lanes.length, inverse: true, show: false },
      series: [
        faultBands(story, false),
        {
          type: 'custom',
          data: bars.map(bar => [bar.from, bar.row, bar.to]),
          renderItem: renderBar(bars),
        },
        {
          type: 'custom',
          data: lanes.map((_, row) => [first, row]),
          renderItem: renderName(lanes, size),
        },
      ],
    },
    size,
    height,
  )
  return withHover(svg, hovers(lanes), story, size, { height, ...room })
}

function hovers(lanes: readonly ProcessLane[]): readonly Hover[] {
  return lanes.flatMap(({ name, spans }, row) =>
    spans.map(({ state, fromMs, toMs, unasked }) => {
      const time = `${(fromMs / 1000).toFixed(1)} to ${(toMs / 1000).toFixed(1)} s`
      const text = `${name} ${state}, ${time}${unasked ? `; ${unasked}` : ''}`
      return { fromMs, toMs, text, row: { at: room.top + row * laneHeight, height: laneHeight } }
    }),
  )
}

function renderBar(bars: readonly Bar[]): CustomSeriesRenderItem {
  return (params, api) => {
    const bar = bars[params.dataIndex]
    if (!bar) return null
    const [x = 0, y = 0] = api.coord([bar.from, bar.row])
    const [right = x] = api.coord([bar.to, bar.row])
    const shape = { x, y: y + 2, width: Math.max(2, right - x), height: laneHeight - 4, r: 2 }
    const end = { x: right - 3, y: y + 2, width: 4, height: laneHeight - 4 }
    return {
      type: 'group',
      children: [
        { type: 'rect', shape, style: { fill: bar.color } },
        ...(bar.ends ? [{ type: 'rect' as const, shape: end, style: { fill: 'var(--bad)' } }] : []),
      ],
    }
  }
}

function renderName(lanes: readonly ProcessLane[], size: Size): CustomSeriesRenderItem {
  return (params, api) => {
    const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)])
    const style = {
      text: lanes[params.dataIndex]?.name ?? '',
      fontSize: size.fontSize,
      fill: 'var(--ink)',
      align: 'left',
      verticalAlign: 'middle',
    } as const
    return { type: 'text', x: x + 6, y: y + laneHeight / 2, style }
  }
}
