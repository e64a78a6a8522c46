import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Clock } from '../base/clock.ts'
import { seeded } from '../base/random.ts'
import type { Entry, Outcome } from '../journal/journal.ts'
import { JournalFile } from '../journal/recorder.ts'
import type { Hypothesis, SystemProbe } from '../model/hypothesis.ts'
import { errorRatio, hypothesis } from '../model/probes.ts'
import type { LabSystem } from '../model/target.ts'
import { atMost, equals } from '../model/tolerances.ts'
import { Steady } from './steady.ts'

const reads = { name: 'reads', perSecond: 40 }
const few = hypothesis('few errors', errorRatio(reads), atMost(0.05))

const ok: Outcome = { kind: 'ok', value: 1 }
const failed: Outcome = { kind: 'fail', ended: 'refused', error: 'x' }

interface Service {
  /** How the operation due at this moment ends, and after how long; undefined: never. */
  readonly answer: (atMs: number, op: number) => readonly [Outcome, number] | undefined
}

/**
 * A run of a simulated clock: each sleep moves time on at once, and lets traffic at 40 operations a
 * second come in meanwhile.
 */
async function simulated(
  service: Service,
  hypotheses: readonly Hypothesis<LabSystem>[] = [few],
  everyMs = 25,
) {
  const folder = await mkdtemp(join(tmpdir(), 'lab-steady-'))
  let nowMs = 0
  let op = 0
  const pending: { readonly atMs: number; readonly record: () => void }[] = []
  const clock: Clock = {
    nowMs: () => nowMs,
    wall: () => new Date(0),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      const untilMs = nowMs + ms
      for (;;) {
        const next = pending.toSorted((a, b) => a.atMs - b.atMs)[0]
        if (!next || next.atMs > untilMs) break
        pending.splice(pending.indexOf(next), 1)
        nowMs = Math.max(nowMs, next.atMs)
        next.record()
      }
      nowMs = untilMs
    },
  }
  const journal = new JournalFile({ file: join(folder, 'journal.jsonl'), clock })
  const plan = () => {
    const atMs = op * everyMs
    const common = { workload: 'reads', op: op++, client: 0, f: 'read' } as const
    pending.push({
      atMs,
      record: () => {
        journal.record({ kind: 'invoke', ...common, input: null, intendedMs: atMs })
        const answer = service.answer(atMs, common.op)
        if (answer) {
          const [outcome, latencyMs] = answer
          const told = { kind: 'complete', ...common, outcome, latencyMs } as const
          pending.push({ atMs: atMs + latencyMs, record: () => journal.record(told) })
        }
        plan()
      },
    })
  }
  plan()
  const system: LabSystem = {
    links: [],
    describe: () => ({}),
    [Symbol.asyncDispose]: async () => {},
  }
  const signal = new AbortController().signal
  return {
    steady: new Steady(hypotheses, system, journal, clock),
    clock,
    seeking: { sinceMs: 0, deadlineMs: 15_000, signal },
    told: () => journal.readBack().filter((entry): entry is Probe => entry.kind === 'probe'),
    errors: () =>
      journal.readBack().flatMap(entry => (entry.kind === 'error' ? [entry.message] : [])),
    [Symbol.asyncDispose]: async () => {
      journal[Symbol.dispose]()
      await rm(folder, { recursive: true })
    },
  }
}
type Probe = Extract<Entry, { readonly kind: 'probe' }>

test('a system that is well is steady, over one further whole window', async () => {
  await using it = await simulated({ answer: () => [ok, 5] })
  expect(await it.steady.settle('after', it.seeking)).toBe(true)
  const [told] = it.told()
  expect(told).toMatchObject({ held: true, value: 0, sees: expect.stringContaining('at 95 %') })
  const { fromMs = 0, toMs = 0 } = told?.window ?? {}
  expect(toMs - fromMs).toBeGreaterThanOrEqual(2_000)
})

test('every second operation that hangs for good is no recovery', async () => {
  await using it = await simulated({ answer: (_, op) => (op % 2 ? [ok, 5] : undefined) })
  expect(await it.steady.settle('after', it.seeking)).toBe(false)
  expect(it.told().at(-1)).toMatchObject({ held: false })
})

test('hanging operations that give up late are bad when rolled back, though none had ended by then', async () => {
  const giveUp: Outcome = { kind: 'info', ended: 'gave-up', error: 'x' }
  await using it = await simulated({ answer: (_, op) => (op % 2 ? [ok, 5] : [giveUp, 4_000]) })
  await it.clock.sleep(3_000)
  const endMs = it.clock.nowMs()
  await it.clock.sleep(6_000)
  expect(await it.steady.windowsUntil(endMs).ask('rolled-back')).toBe(false)
  expect(it.told().at(-1)?.value).toBeCloseTo(0.5, 1)
})

test.each([0.1, 0.15])(
  'a true error ratio of %f passes a bound of 0.05 hardly ever by luck',
  async ratio => {
    let passed = 0
    const tries = 60
    for (let seed = 0; seed < tries; seed++) {
      const random = seeded(seed)
      await using it = await simulated({ answer: () => [random.next() < ratio ? failed : ok, 5] })
      if (await it.steady.settle('after', it.seeking)) passed++
    }
    expect(passed / tries).toBeLessThan(ratio === 0.1 ? 0.25 : 0.05)
  },
)

test('control: sought alone, without a further window, a true error ratio of 0.1 passes mostly', async () => {
  let passed = 0
  for (let seed = 0; seed < 40; seed++) {
    const random = seeded(seed)
    await using it = await simulated({ answer: () => [random.next() < 0.1 ? failed : ok, 5] })
    if (await it.steady.seek('after', it.seeking)) passed++
  }
  expect(passed).toBeGreaterThan(20)
})

test('a healthy service at five requests a second can be judged', async () => {
  const rare = hypothesis('few errors', errorRatio({ ...reads, perSecond: 5 }), atMost(0.05))
  await using it = await simulated({ answer: () => [ok, 5] }, [rare], 200)
  expect(await it.steady.settle('after', it.seeking)).toBe(true)
  await using ill = await simulated({ answer: (_, op) => [op % 5 ? ok : failed, 5] }, [rare], 200)
  expect(await ill.steady.settle('after', ill.seeking)).toBe(false)
})

test('a system that is well only now and then does not settle', async () => {
  let asked = 0
  const flickering: SystemProbe<LabSystem, boolean> = {
    name: 'flickering',
    measure: async () => asked++ % 4 === 0,
  }
  await using it = await simulated({ answer: () => [ok, 5] }, [
    hypothesis('it is well', flickering, equals(true)),
  ])
  expect(await it.steady.settle('after', it.seeking)).toBe(false)
  asked = 0
  expect(await it.steady.seek('after', it.seeking)).toBe(true)
})

test('a probe of the system that throws is an answer, and the run goes on', async () => {
  const broken: SystemProbe<LabSystem, boolean> = {
    name: 'broken',
    measure: async () => {
      throw new Error('no route')
    },
  }
  await using it = await simulated({ answer: () => [ok, 5] }, [
    hypothesis('it answers', broken, equals(true)),
  ])
  expect(await it.steady.windowsUntil(0).ask('during')).toBe(false)
  expect(it.told()[0]).toMatchObject({ value: 'no answer: no route', held: false })
  expect(it.errors()).toEqual([])
})

test.each([Number.NaN, undefined, () => 1])(
  'a probe that says %s is an error of the experiment',
  async value => {
    const proper: SystemProbe<LabSystem, number> = { name: 'odd', measure: async () => 1 }
    const odd = Object.assign(proper, { measure: async () => value })
    await using it = await simulated({ answer: () => [ok, 5] }, [
      hypothesis('it is one', odd, atMost(2)),
    ])
    expect(await it.steady.windowsUntil(0).ask('during')).toBe(false)
    expect(it.errors().join()).toContain('the probe odd failed')
  },
)

test('a tolerance that throws, or says anything but true, does not hold', async () => {
  const proper = { expected: 'a mood', accepts: () => true }
  const moody = Object.assign(proper, { accepts: () => 'yes' })
  const broken = {
    expected: 'nothing',
    accepts: () => {
      throw new Error('planted')
    },
  }
  await using it = await simulated({ answer: () => [ok, 5] }, [
    hypothesis('moody', errorRatio(reads), moody),
    hypothesis('broken', errorRatio(reads), broken),
  ])
  await it.clock.sleep(3_000)
  expect(await it.steady.windowsUntil(it.clock.nowMs()).ask('during')).toBe(false)
  expect(it.told().map(({ held }) => held)).toEqual([false, false])
  expect(it.errors().join()).toContain('planted')
})

test('too little traffic is told as such, once a whole window has passed', async () => {
  await using it = await simulated({ answer: () => [ok, 5] }, [
    hypothesis('few errors', errorRatio(reads), atMost(0.05), { over: '1s', samples: 1_000 }),
  ])
  expect(await it.steady.settle('after', { ...it.seeking, deadlineMs: 100 })).toBe(false)
  expect(it.told().at(-1)).toMatchObject({ tooFew: true, held: false })
})
