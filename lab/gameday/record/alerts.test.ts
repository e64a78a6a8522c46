import { expect, test } from 'vitest'
import type { ActiveAlert } from '../../journal/journal.ts'
import { Alerts } from './alerts.ts'

const alert = (state: ActiveAlert['state'], instance = 'shop-1'): ActiveAlert => {
  return { name: 'Down', state, labels: { instance, severity: 'page' } }
}

test('an alert fires from the first look that says so to the first that does not, each series by itself', () => {
  const alerts = new Alerts()
  const look = (atMs: number, ...active: readonly ActiveAlert[]) => alerts.take({ atMs, active })
  look(0)
  look(500, alert('pending'))
  expect(alerts.pending).toHaveLength(1)
  look(1_000, alert('firing'))
  look(1_500, alert('firing'), alert('firing', 'shop-2'))
  look(2_000, alert('firing', 'shop-2'))
  look(2_500, alert('firing'), alert('firing', 'shop-2'))
  const spans = alerts.fired.map(each => [each.labels.instance, each.firedMs, each.resolvedMs])
  expect(spans).toEqual([
    ['shop-1', 1_000, 2_000],
    ['shop-2', 1_500, undefined],
    ['shop-1', 2_500, undefined],
  ])
  expect(alerts.pending).toEqual([])
})

test('after a kill nothing is believed to fire, until the monitoring speaks again', () => {
  const alerts = new Alerts()
  alerts.forget(100)
  expect(alerts).toMatchObject({ watched: false, lookedMs: undefined })
  alerts.take({ atMs: 1_000, active: [alert('firing')] })
  alerts.forget(2_000)
  expect(alerts.fired).toMatchObject([{ firedMs: 1_000, resolvedMs: 2_000 }])
  expect(alerts).toMatchObject({ watched: true, lookedMs: undefined })
})
