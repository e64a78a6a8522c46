import { expect, test } from 'vitest'
import { control } from '../model/control.ts'
import { defence } from '../model/defence.ts'
import { conclusion } from '../testing/conclusion.ts'
import { kept, saying } from '../testing/counter-checks.ts'
import { counterExperiment } from '../testing/counter-experiment.ts'
import type { Conclusion, JudgedCheck } from '../verdict/conclusion.ts'
import { mostRepeats } from '../verdict/short-of-time.ts'
import { type Changes, changesOf, claimsOf, prove, unprovable } from './prove.ts'

const experiment = counterExperiment({
  checks: { kept: kept(), calm: saying('valid'), vain: saying('valid') },
  defences: [
    defence('durable', { breaks: 'kept', mayAlsoBreak: ['calm'] }),
    defence(['durable', 'retry'], { breaks: 'kept' }),
  ],
  controls: [control('weeds', { breaks: 'calm', mayAlsoBreak: ['kept'] })],
})

const held = conclusion({ checks: { kept: judged('valid'), calm: judged('valid') } })
const slow = conclusion({
  verdict: 'inconclusive',
  reasons: [{ word: 'inconclusive', text: 'late', machine: true }],
})

function judged(word: JudgedCheck['word']): JudgedCheck {
  const witness = word === 'invalid' ? { witness: { what: 'lost', entries: [], atMs: 150 } } : {}
  return { checker: 'made up', word, story: word, figures: {}, ...witness }
}

function broken(check: string): Conclusion {
  return conclusion({
    verdict: 'broken',
    checks: { ...held.checks, [check]: judged('invalid') },
    faults: [{ id: 0, strike: 'f', label: 'f', landed: 1, plannedAtMs: 100, appliedAtMs: 110 }],
    reasons: [{ word: 'broken', text: `check ${check}`, check }],
  })
}

/** Runs that end as they are said to, and what each was asked for. */
function runs(answer: (changes: Changes, label: string) => Conclusion) {
  const asked: (Changes & { readonly label: string })[] = []
  const run = async (changes: Changes, label: string) => {
    asked.push({ ...changes, label })
    return { conclusion: answer(changes, label), folder: `runs/${asked.length}` }
  }
  return { asked, run, labels: () => asked.map(({ label }) => label) }
}

/** Breaks what is claimed of a defence or a control, and only under the faults. */
const asClaimed = ({ faultsOff, defencesOff, planted }: Changes) => {
  if (faultsOff) return held
  if (planted.length > 0) return broken('calm')
  return defencesOff.length > 0 ? broken('kept') : held
}

test('makes the two runs with everything on once, and each claim its own besides', async () => {
  const { run, asked } = runs(asClaimed)
  const proofs = await prove(experiment, { run })
  const off = (faultsOff: boolean, ...defencesOff: string[]) => ({
    faultsOff,
    defencesOff,
    planted: [],
  })
  expect(asked).toEqual([
    { ...off(true), label: 'calm, as it is' },
    { ...off(false), label: 'faults, as it is' },
    { ...off(true, 'durable'), label: 'calm, without durable' },
    { ...off(false, 'durable'), label: 'faults, without durable' },
    { ...off(true, 'durable', 'retry'), label: 'calm, without durable+retry' },
    { ...off(false, 'durable', 'retry'), label: 'faults, without durable+retry' },
    { ...off(false), planted: ['weeds'], label: 'faults, with weeds' },
  ])
  expect(proofs.map(({ claim, proved }) => [claim.name, proved])).toEqual([
    ['durable', true],
    ['durable+retry', true],
    ['weeds', true],
  ])
})

test('proves only the claim that is asked for', async () => {
  const { run, labels } = runs(asClaimed)
  const proofs = await prove(experiment, { run, only: 'weeds' })
  expect(proofs.map(({ claim }) => claim.name)).toEqual(['weeds'])
  expect(labels()).toEqual(['calm, as it is', 'faults, as it is', 'faults, with weeds'])
})

test('a system that breaks with its defence on proves nothing of any claim', async () => {
  const { run } = runs(changes => (changes.faultsOff ? held : broken('kept')))
  const proofs = await prove(experiment, { run })
  expect(proofs.map(({ proved }) => proved)).toEqual([false, false, false])
  expect(proofs[0]?.problems).toEqual(['with the faults, with durable must hold, but: check kept'])
  expect(proofs[2]?.problems[0]).toContain('with the faults, without weeds must hold')
})

test('a system that breaks without its defence in calm weather proves nothing', async () => {
  const { run } = runs(({ defencesOff }) => (defencesOff.length > 0 ? broken('kept') : held))
  const [proof] = await prove(experiment, { run, only: 'durable' })
  expect(proof?.problems).toEqual(['in calm weather, without durable must hold, but: check kept'])
})

test('a system that holds without its defence proves nothing', async () => {
  const { run } = runs(() => held)
  const [proof] = await prove(experiment, { run, only: 'durable' })
  expect(proof?.problems).toEqual(['check kept must be invalid, but is valid: valid'])
})

const hypothesis = { sentence: 'well', value: 0, expected: '', atMs: 1 } as const
const unsteady = (when: 'before' | 'after') =>
  conclusion({
    verdict: when === 'before' ? 'inconclusive' : 'not-restored',
    hypotheses: [
      { ...hypothesis, when: when === 'before' ? 'after' : 'before', held: true },
      { ...hypothesis, when, held: false },
    ],
    reasons: [{ word: 'not-restored', text: 'not well' }],
  })

test.each([
  ['that the machine was short of time for', slow],
  ['that was not steady before its faults', unsteady('before')],
])('a run %s is made again with the same changes, and the last one counts', async (_, first) => {
  const { run, asked } = runs((changes, label) => {
    return label === 'faults, without durable' ? first : asClaimed(changes)
  })
  const [proof] = await prove(experiment, { run, only: 'durable' })
  expect(proof?.proved).toBe(true)
  const [once, again] = asked.slice(-2)
  expect(again).toEqual({ ...once, label: 'faults, without durable, once more' })
})

test('a run that says nothing is made again only so often, and then proves nothing', async () => {
  const { run, labels } = runs(() => slow)
  const [proof] = await prove(experiment, { run, only: 'weeds' })
  expect(labels().filter(label => label.startsWith('calm'))).toHaveLength(1 + mostRepeats)
  expect(proof?.proved).toBe(false)
})

test('a run that says something is never made again, however it ended', async () => {
  const { run, labels } = runs(() => unsteady('after'))
  await prove(experiment, { run, only: 'weeds' })
  expect(labels()).toHaveLength(3)
})

test('an abort ends the proof before the next run, a repeated one too', async () => {
  const stopAfter = async (answer: Conclusion) => {
    const stop = new AbortController()
    const { run, labels } = runs(() => {
      stop.abort(new Error('stopped'))
      return answer
    })
    const proving = prove(experiment, { run, signal: stop.signal })
    await expect(proving).rejects.toThrow('stopped')
    return labels()
  }
  expect(await stopAfter(held)).toEqual(['calm, as it is'])
  expect(await stopAfter(slow)).toEqual(['calm, as it is'])
})

test('claims are the defences with their switches and the controls with none', () => {
  expect(claimsOf(experiment)).toEqual([
    { kind: 'defence', name: 'durable', off: ['durable'], breaks: 'kept', mayAlsoBreak: ['calm'] },
    {
      kind: 'defence',
      name: 'durable+retry',
      off: ['durable', 'retry'],
      breaks: 'kept',
      mayAlsoBreak: [],
    },
    { kind: 'control', name: 'weeds', off: [], breaks: 'calm', mayAlsoBreak: ['kept'] },
  ])
  expect(claimsOf(counterExperiment({ defences: [] }))).toEqual([])
})

test('a run without a claim changes nothing but the faults', () => {
  expect(changesOf(true)).toEqual({ faultsOff: false, defencesOff: [], planted: [] })
})

test('checks that neither a defence nor a control breaks are told', () => {
  expect(unprovable(experiment)).toEqual(['vain'])
})
