import type * as echarts from 'echarts'
import type { FaultStory, RunStory } from '../run-story.ts'
import { init } from './echarts.ts'

/** The two widths every plot is drawn for: a phone's and a desk's. Styles choose between them. */
export const sizes = {
  narrow: { width: 400, fontSize: 12, left: 44, ticks: 4 },
  wide: { width: 1080, fontSize: 12, left: 52, ticks: 11 },
} as const
export type Size = (typeof sizes)[keyof typeof sizes]

/** Draws a plot as SVG text that needs no script, no inline style and no request. */
export function draw(option: echarts.EChartsOption, size: Size, height: number): string {
  const { width } = size
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: 'inherit' }, ...option })
    return stripped(chart.renderToSVGString())
  } finally {
    chart.dispose()
  }
}

/** Inline styles become attributes, since the page's content policy allows no inline style. */
function stripped(svg: string): string {
  return svg
    .replace(/<style\b.*?<\/style>/gs, '')
    .replace(/ class="zr[^"]*"/g, '')
    .replace(/ pointer-events="visible"/g, '')
    .replace(/(\d+\.\d)\d+/g, '$1')
    .replace(/ style="([^"]*)"/g, (_, style: string) =>
      style
        .split(';')
        .map(declaration => declaration.split(':'))
        .filter(([name, value]) => name && value && name !== 'font-family')
        .map(([name, value]) => ` ${name?.trim()}="${value?.trim()}"`)
        .join(''),
    )
}

/** Seconds of the run, the same for every plot of a report, so that they line up. */
export function timeAxis(story: RunStory, size: Size): echarts.XAXisComponentOption {
  return {
    type: 'value',
    ...shownRange(story, size),
    axisLabel: {
      formatter: '{value} s',
      color: 'var(--soft)',
      fontSize: size.fontSize,
    },
    axisLine: { onZero: false, lineStyle: { color: 'var(--line)' } },
    axisTick: { lineStyle: { color: 'var(--line)' } },
    splitLine: { show: false },
  }
}

/** From and to in seconds, on whole ticks. */
export function shownRange({ shown }: RunStory, size: Size) {
  const [from, to] = [shown.fromMs / 1000, shown.toMs / 1000]
  const interval = steps.find(step => (to - from) / step <= size.ticks) ?? 600
  const min = interval * Math.floor(from / interval)
  return { min, max: interval * Math.ceil(to / interval), interval }
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300]

export function valueAxis(name: string, size: Size) {
  return {
    type: 'value',
    name,
    splitNumber: 3,
    minInterval: 1,
    nameTextStyle: { color: 'var(--soft)', fontSize: size.fontSize, align: 'left' },
    axisLabel: { color: 'var(--soft)', fontSize: size.fontSize },
    splitLine: { lineStyle: { color: 'var(--grid)' } },
  } as const satisfies echarts.YAXisComponentOption
}

export function grid(size: Size, top = 34): echarts.GridComponentOption {
  return { left: size.left, right: 18, top, bottom: 26 }
}

/** So many faults have a colour of their own; further ones begin anew. */
export const faultColors = 5

/** The colour of a fault's bars and bands, by its place among the faults. */
export function faultColor(index: number): string {
  return `var(--fault-${index % faultColors})`
}

/** Faults that came into force, each with its number and colour in all plots. */
export function struckFaults(story: RunStory) {
  return story.faults.flatMap((fault, index) => {
    const span = inForce(fault, story)
    return span ? [{ fault, index, number: `${index + 1}`, ...span }] : []
  })
}

/** Where faults were in force, as numbered bands behind the series that carries them. */
export function faultBands(story: RunStory, numbered = true): echarts.SeriesOption {
  const aborts = story.aborts.map(({ atMs }) => ({ xAxis: atMs / 1000 }))
  const label = (index: number) => ({
    show: numbered,
    position: 'insideTopLeft' as const,
    // Faults that overlap are told apart by where their numbers stand.
    offset: [0, 12 * (index % 4)] as [number, number],
    color: faultColor(index),
    fontWeight: 'bold' as const,
    fontSize: 11,
  })
  return {
    type: 'line',
    data: [],
    silent: true,
    markArea: {
      data: struckFaults(story).map(({ number, index, from, to }) => [
        {
          name: number,
          xAxis: from,
          itemStyle: { color: faultColor(index), opacity: 0.13 },
          label: label(index),
        },
        { xAxis: to },
      ]),
    },
    markLine: {
      symbol: 'none',
      label: { show: false },
      lineStyle: { color: 'var(--bad)', type: 'solid', width: 2 },
      data: aborts,
    },
  }
}

/** Seconds from its strike to its end; a fault that is over at once still gets a visible width. */
export function inForce(fault: FaultStory, story: RunStory) {
  if (fault.appliedMs === undefined) return undefined
  const heal = story.phases.find(phase => phase.name === 'heal')
  const toMs = fault.healedMs ?? heal?.fromMs ?? story.endMs
  const least = (story.shown.toMs - story.shown.fromMs) / 400
  return { from: fault.appliedMs / 1000, to: Math.max(toMs, fault.appliedMs + least) / 1000 }
}
