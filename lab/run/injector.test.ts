import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { strikesOf } from '../admission/strikes.ts'
import { systemClock } from '../base/clock.ts'
import { seeded } from '../base/random.ts'
import type { Entry } from '../journal/journal.ts'
import { JournalFile } from '../journal/recorder.ts'
import type { Fault } from '../model/fault.ts'
import { after, at, every, type Strike, when } from '../model/schedule.ts'
import type { Context, LabSystem } from '../model/target.ts'
import { equals } from '../model/tolerances.ts'
import { Injector } from './injector.ts'

/** A fault that only says when it was made and undone. */
function marker(kind: Fault['kind'] = 'lasting', name = 'mark'): Fault {
  return {
    name,
    label: `${name}()`,
    needs: [],
    kind,
    plan: async () => ({
      undo: kind === 'lasting' ? { module: import.meta.url, args: null } : undefined,
      touches: [],
      apply: async () => ({ landed: () => ({ a: 2, b: 3 }) }),
    }),
  }
}

const system: LabSystem = {
  links: [],
  describe: () => ({}),
  [Symbol.asyncDispose]: async () => {},
}

async function played(strikes: readonly Strike[], durationMs: number) {
  const folder = await mkdtemp(join(tmpdir(), 'lab-injector-'))
  using journal = new JournalFile({ file: join(folder, 'journal.jsonl'), clock: systemClock })
  const settled: string[] = []
  const context: Pick<Context, 'clock' | 'ledger' | 'random'> = {
    clock: systemClock,
    random: seeded(1),
    ledger: {
      owe: async label => label,
      settle: async id => {
        settled.push(id)
      },
    },
  }
  const injector = new Injector(system, Object.assign(Object.create(null), context), journal)
  const timed = strikesOf({ schedule: strikes }, { seed: 1 })
  await injector.play(timed, durationMs, new AbortController().signal)
  await injector.healAll()
  await rm(folder, { recursive: true })
  const faults = journal.readBack().filter((entry): entry is FaultEntry => entry.kind === 'fault')
  const when = (strike: string, step: FaultEntry['step']) =>
    faults.find(entry => entry.strike === strike && entry.step === step)?.atMs ?? Number.NaN
  return { faults, when, settled, entries: journal.readBack() }
}
type FaultEntry = Extract<Entry, { readonly kind: 'fault' }>

test('a strike lasts its time from when it is in force, and tells what it touched, part by part', async () => {
  const { when, faults } = await played([at('50ms', marker(), { for: '200ms' })], 100)
  expect(when('mark', 'landed') - when('mark', 'applied')).toBeGreaterThanOrEqual(199)
  expect(faults.find(({ step }) => step === 'landed')).toMatchObject({
    landed: 5,
    landedOn: { a: 2, b: 3 },
  })
})

test('a strike comes after another is in force, or after it was healed', async () => {
  const { when } = await played(
    [
      after('first', '50ms', marker('momentary', 'soon')),
      after('first', '30ms', marker('momentary', 'late'), { once: 'healed' }),
      at('20ms', marker(), { name: 'first', for: '150ms' }),
    ],
    300,
  )
  expect(when('soon', 'applied') - when('first', 'applied')).toBeGreaterThanOrEqual(49)
  expect(when('soon', 'applied')).toBeLessThan(when('first', 'healed'))
  expect(when('late', 'applied') - when('first', 'healed')).toBeGreaterThanOrEqual(29)
})

test('a strike comes when a probe says so', async () => {
  let asked = 0
  const probe = { name: 'ready', measure: async () => ++asked >= 3 }
  const { when: at } = await played(
    [when(probe, equals(true), marker('momentary'), { atMost: '5s' })],
    10,
  )
  expect(asked).toBe(3)
  expect(at('mark', 'applied')).toBeGreaterThanOrEqual(99)
})

test('a strike that waits for what never comes is not made, nor what comes after it, and nobody waits for ever', async () => {
  const probe = { name: 'never', measure: async () => false }
  const { faults, entries } = await played(
    [
      when(probe, equals(true), marker(), { atMost: '100ms' }),
      after('mark', '10ms', marker('momentary', 'next'), { once: 'healed' }),
      after('next', '10ms', marker('momentary', 'last')),
    ],
    50,
  )
  expect(faults).toEqual([])
  expect(entries.some(entry => entry.kind === 'note' && entry.text.includes('waited 100ms'))).toBe(
    true,
  )
})

test('every so often gives each strike a name of its own', async () => {
  const { faults } = await played(every('60ms', 3, marker('momentary'), { from: '10ms' }), 200)
  const applied = faults.filter(({ step }) => step === 'applied')
  expect(applied.map(({ strike }) => strike)).toEqual(['mark-1', 'mark-2', 'mark-3'])
  const gaps = applied.slice(1).map(({ atMs }, index) => atMs - (applied[index]?.atMs ?? 0))
  for (const gap of gaps) expect(gap).toBeGreaterThan(40)
})

test('two strikes of one fault are told apart by a number', () => {
  const names = strikesOf({ schedule: [at('1s', marker()), at('2s', marker())] }, { seed: 1 })
  expect(names.map(({ name }) => name)).toEqual(['mark', 'mark-2'])
})

test('what is still in force is healed in the end, the last one first', async () => {
  const { settled } = await played(
    [at('0ms', marker('lasting', 'one')), at('40ms', marker('lasting', 'two'))],
    80,
  )
  expect(settled).toEqual(['two()', 'one()'])
})
