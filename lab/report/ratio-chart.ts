import type { CustomSeriesRenderItem } from 'echarts'
import { draw, type Size } from './chart.ts'

/** A measured ratio, with its spread over the rounds and what it is meant to be. */
export interface RatioRow {
  readonly name: string
  readonly least: number
  readonly median: number
  readonly most: number
  /** The bound on the median; on which side of it is good says `better`. */
  readonly goal?: number
  readonly better: 'less' | 'more'
}

const rowHeight = 34

/** Whether the median keeps the goal; undefined where there is none. */
export function meetsGoal({ median, goal, better }: RatioRow): boolean | undefined {
  if (goal === undefined) return undefined
  return better === 'less' ? median <= goal : median >= goal
}

/** One row per ratio on a logarithmic scale: spread, median, goal, and a line at one. */
export function ratioChart(rows: readonly RatioRow[], size: Size): string {
  const values = rows.flatMap(({ least, most, goal }) => [least, most, goal ?? 1])
  const min = 2 ** Math.floor(Math.log2(Math.min(0.5, ...values.filter(value => value > 0))))
  const max = 2 ** Math.ceil(Math.log2(Math.max(2, ...values)))
  return draw(
    {
      grid: { left: 18, right: 18, top: 8, bottom: 26 },
      xAxis: {
        type: 'log',
        logBase: 2,
        min,
        max,
        axisLabel: {
          color: 'var(--soft)',
          fontSize: size.fontSize,
          // The axis hands out rounded numbers; its ticks are whole powers of two.
          formatter: (value: number) => `${2 ** Math.round(Math.log2(value))} ×`,
        },
        axisLine: { onZero: false, lineStyle: { color: 'var(--line)' } },
        splitLine: { lineStyle: { color: 'var(--grid)' } },
      },
      yAxis: { type: 'value', min: 0, max: Math.max(1, rows.length), inverse: true, show: false },
      series: [
        {
          type: 'custom',
          data: rows.map(({ least, most }, i) => [least, i, most]),
          renderItem: renderRow(rows, size),
          markLine: {
            symbol: 'none',
            label: { show: false },
            lineStyle: { color: 'var(--soft)', type: 'solid' },
            data: [{ xAxis: 1 }],
          },
        },
      ],
    },
    size,
    rows.length * rowHeight + 40,
  )
}

function renderRow(rows: readonly RatioRow[], size: Size): CustomSeriesRenderItem {
  return (params, api) => {
    const row = rows[params.dataIndex]
    if (!row) return null
    const at = (value: number) => api.coord([value, params.dataIndex])
    const [left = 0, top = 0] = at(row.least)
    const [right = 0] = at(row.most)
    const [middle = 0] = at(row.median)
    const [goal] = row.goal === undefined ? [] : at(row.goal)
    const y = top + 24
    const color = meetsGoal(row) === false ? 'var(--bad)' : 'var(--ok)'
    const bar = { x: left, y: y - 2, width: Math.max(1, right - left), height: 4, r: 2 }
    const dot = { cx: middle, cy: y, r: 5 }
    const text = { text: row.name, fontSize: size.fontSize, fill: 'var(--ink)' }
    const end = { x1: goal ?? 0, x2: goal ?? 0, y1: y - 8, y2: y + 8 }
    return {
      type: 'group',
      children: [
        { type: 'text', x: 20, y: top + 3, style: text },
        { type: 'rect', shape: bar, style: { fill: color, opacity: 0.45 } },
        ...(goal === undefined
          ? []
          : [{ type: 'line' as const, shape: end, style: { stroke: 'var(--ink)', lineWidth: 2 } }]),
        { type: 'circle', shape: dot, style: { fill: color } },
      ],
    }
  }
}
