import { expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import type { DayPanel } from '../../model/day-panel.ts'
import type { MetricSource } from '../../model/metric-source.ts'
import { askPanels, type Drawn } from './ask-panels.ts'

const panel = (id: string, ...exprs: readonly string[]): DayPanel => ({
  ...{ id, title: id, kind: 'lines', unit: 'none' },
  queries: exprs.map(expr => ({ expr, legend: '{{consumer}} → {{provider}} {{role}}' })),
})

/** The figures of one round. */
async function round(panels: readonly DayPanel[], source: MetricSource): Promise<Drawn> {
  const over = new AbortController()
  let found: Drawn = {}
  await askPanels(panels, source, systemClock, over.signal, drawn => {
    found = drawn
    over.abort()
  })
  return found
}

test('every query is asked with a window, its series are named, and what is refused is left out', async () => {
  const asked: string[] = []
  const source: MetricSource = {
    query: async expression => {
      asked.push(expression)
      if (expression === 'refused') throw new Error('bad_data')
      const labels = { consumer: 'shop', provider: 'redis' }
      return expression === 'nothing'
        ? [{ labels, value: Number.NaN }]
        : [{ labels, value: 1.23456789 }]
    },
  }
  const panels = [panel('a', 'rate(x[$window])', 'refused'), panel('b', 'nothing')]
  expect(await round(panels, source)).toEqual({ a: { 'shop → redis': 1.23457 }, b: {} })
  expect(asked.toSorted()).toEqual(['nothing', 'rate(x[5s])', 'refused'])
})

test('of very many series the twelve largest are kept, and a moment keeps its seconds', async () => {
  const source: MetricSource = {
    query: async () =>
      Array.from({ length: 50 }, (_, value) => ({ labels: { role: `${value}` }, value })),
  }
  const { many = {} } = await round([panel('many', 'x')], source)
  expect(Object.values(many).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 12 }, (_, i) => 38 + i),
  )
  const at = 1_796_103_000_500
  const clock: MetricSource = { query: async () => [{ labels: { role: 'now' }, value: at }] }
  expect(Object.values((await round([panel('time', 'x')], clock)).time ?? {})).toEqual([at])
})

test('without a monitoring system nothing is asked', async () => {
  const told: Drawn[] = []
  const { signal } = new AbortController()
  await askPanels([panel('a', 'x')], undefined, systemClock, signal, drawn => told.push(drawn))
  expect(told).toEqual([])
})
