import { expect, test } from 'vitest'
import { systemClock } from '../base/clock.ts'
import type { ActiveAlert, Event } from '../journal/journal.ts'
import { watchAlerts } from './watch-alerts.ts'

const down: ActiveAlert = { name: 'Down', state: 'firing', labels: { instance: 'shop-1' } }

/** Keeps what is recorded. */
function recorder() {
  const events: Event[] = []
  const record = (event: Event) => {
    events.push(event)
    return { ...event, index: 0, atMs: 0, source: 'lab' }
  }
  return { events, record }
}

test('what a monitoring system says is recorded, and what it does not say is a gap', async () => {
  const kept = recorder()
  let looks = 0
  const read = async () => {
    looks++
    if (looks === 1) throw new Error('away')
    return looks === 2 ? [] : [down]
  }
  await using _watch = watchAlerts({ read }, kept, systemClock)
  await expect.poll(() => kept.events.length, { timeout: 20_000 }).toBeGreaterThan(1)
  expect(kept.events.slice(0, 2)).toEqual([
    { kind: 'alerts', active: [] },
    { kind: 'alerts', active: [down] },
  ])
})

test('one that hangs holds up nobody when the run ends, and one that is not there says nothing', async () => {
  const kept = recorder()
  const read = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  await watchAlerts({ read }, kept, systemClock)[Symbol.asyncDispose]()
  await watchAlerts(undefined, kept, systemClock)[Symbol.asyncDispose]()
  expect(kept.events).toEqual([])
})
