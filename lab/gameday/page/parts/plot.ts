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
import type { Line } from '../base/panels.ts'
import { type Plotted, plotOption } from '../base/plot-option.ts'
import { exact } from '../base/words.ts'

echarts.use([
  LineChart,
  GridComponent,
  TooltipComponent,
  MarkLineComponent,
  MarkAreaComponent,
  CanvasRenderer,
])

/** One panel; all share their time axis, and their tooltip moves together. */
export function Plot(shown: Plotted) {
  const { panel, samples } = shown
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<echarts.ECharts>(undefined)
  useEffect(() => {
    const made = place.current && echarts.init(place.current)
    if (!made) return
    chart.current = made
    made.group = 'day'
    echarts.connect('day')
    const resize = new ResizeObserver(() => fillPlace(made))
    resize.observe(made.getDom())
    return () => {
      resize.disconnect()
      made.dispose()
    }
  }, [])
  const lines = panel.lines(samples)
  useEffect(() => {
    if (!chart.current) return
    fillPlace(chart.current)
    chart.current.setOption(plotOption(shown, lines), true)
  })
  const legend = lines.slice(0, mostNamed)
  return html`<figure class="plot">
    <figcaption>${panel.title}${panel.unit && ` (${panel.unit})`}
      <span class="legend">${legend.map(
        line =>
          html`<span class=${line.colour.slice(2)}>${line.name} <b>${latest(line, samples)}</b></span>`,
      )}${lines.length > mostNamed && ` and ${lines.length - mostNamed} more`}</span></figcaption>
    <div class="canvas" ref=${place} aria-hidden="true"></div></figure>`
}

/** As large as its place, also where that was not laid out yet when it was made. */
function fillPlace(chart: echarts.ECharts): void {
  const { clientWidth: width, clientHeight: height } = chart.getDom()
  if (width > 0 && (chart.getWidth() !== width || chart.getHeight() !== height))
    chart.resize({ width, height })
}

/** More would be longer than the plot is high. */
const mostNamed = 8

/** The monitoring system is asked each other second: the last of a few. */
function latest({ of }: Line, samples: readonly Sample[]): string {
  for (let i = samples.length - 1; i >= Math.max(0, samples.length - 4); i--) {
    const sample = samples[i]
    const value = sample && of(sample, samples[i - 1])
    if (value !== undefined) return exact(value)
  }
  return '–'
}
