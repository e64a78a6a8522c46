import { expect, test } from 'vitest'
import { after, at, every, type Strike, when } from './schedule.ts'
import { equals } from './tolerances.ts'

const fault: Strike['fault'] = {
  name: 'cut',
  label: 'cut()',
  needs: [],
  kind: 'momentary',
  plan: async () => ({ undo: undefined, touches: [], apply: async () => ({ landed: () => 1 }) }),
}
const probe = { name: 'ready', measure: async () => true }
const accepts = equals(true)

test('a strike after another counts from when that is in force, unless it says healed', () => {
  expect(after('kill', '1s', fault).moment).toEqual({
    kind: 'after',
    strike: 'kill',
    once: 'applied',
    delay: '1s',
  })
  const healed = after('kill', '1s', fault, { once: 'healed', for: '2s' })
  expect(healed).toMatchObject({ moment: { once: 'healed' }, for: '2s' })
  expect(healed).not.toHaveProperty('once')
})

test('a strike at a moment and one at a condition keep their options', () => {
  expect(at('1s', fault, { least: 3 })).toEqual({
    moment: { kind: 'at', at: '1s' },
    fault,
    least: 3,
  })
  const waiting = when(probe, accepts, fault, { atMost: '5s', name: 'late' })
  expect(waiting).toEqual({
    moment: { kind: 'when', probe, accepts, atMost: '5s' },
    fault,
    name: 'late',
  })
})

test('every so often begins at once, or from a moment, and numbers its strikes from one', () => {
  const told = (strikes: readonly Strike[]) =>
    strikes.map(({ moment, name }) => [name, moment.kind === 'at' && moment.at])
  expect(told(every('2s', 2, fault))).toEqual([
    ['cut-1', '0ms'],
    ['cut-2', '2000ms'],
  ])
  expect(told(every('500ms', 3, fault, { from: '1s', name: 'beat' }))).toEqual([
    ['beat-1', '1000ms'],
    ['beat-2', '1500ms'],
    ['beat-3', '2000ms'],
  ])
  expect(every('1s', 1, fault, { for: '100ms' })[0]).toMatchObject({ for: '100ms' })
  expect(every('1s', 0, fault)).toEqual([])
})
