import type { Sample } from '../../journal/sample.ts'
import { draw, grid, type Size, valueAxis } from '../../report/html/chart.ts'
import type { DayStory, InjectionStory } from './day-story.ts'
import { moment } from './words.ts'

const aroundMs = 30_000

/** Whether anything was measured from before to after it. */
export function hasPlot(injection: InjectionStory, story: DayStory): boolean {
  return injection.injected.appliedMs !== undefined && shown(injection, story).length > 1
}

/** Answers a second from before to after an injection, with its start and its end marked. */
export function plotOf(injection: InjectionStory, story: DayStory, size: Size): string {
  const samples = shown(injection, story)
  const { appliedMs = 0, healedMs = story.state.atMs } = injection.injected
  const sum = (of: (flow: Sample['traffic'][string]) => number) =>
    samples.map(({ atMs, traffic }) => [
      atMs,
      Object.values(traffic).reduce((all, flow) => all + of(flow), 0),
    ])
  const line = (
    name: string,
    colour: string,
    data: readonly (readonly (number | undefined)[])[],
  ) => ({
    type: 'line' as const,
    name,
    showSymbol: false,
    lineStyle: { color: colour, width: 1.6 },
    data: data.map(([x = 0, y = 0]) => [x, y]),
  })
  const option = {
    grid: grid(size),
    xAxis: {
      type: 'value' as const,
      min: samples[0]?.atMs ?? 0,
      max: samples.at(-1)?.atMs ?? 1,
      axisLabel: {
        formatter: (ms: number) => moment(ms),
        color: 'var(--soft)',
        fontSize: size.fontSize,
        hideOverlap: true,
      },
      axisLine: { lineStyle: { color: 'var(--line)' } },
      splitLine: { show: false },
    },
    yAxis: valueAxis('ok (green) and not ok (red) a second', size),
    series: [
      {
        ...line(
          'ok',
          'var(--ok)',
          sum(([ok]) => ok),
        ),
        markArea: {
          silent: true,
          data: [
            [
              { xAxis: appliedMs, itemStyle: { color: 'var(--fault-0)', opacity: 0.16 } },
              { xAxis: healedMs },
            ] satisfies [object, object],
          ],
        },
      },
      line(
        'not ok',
        'var(--bad)',
        sum(([, fail, info]) => fail + info),
      ),
    ],
  }
  return draw(option, size, 190)
}

function shown({ injected }: InjectionStory, { samples, state }: DayStory): readonly Sample[] {
  const { appliedMs = 0, healedMs = state.atMs } = injected
  return samples.filter(({ atMs }) => atMs >= appliedMs - aroundMs && atMs <= healedMs + aroundMs)
}
