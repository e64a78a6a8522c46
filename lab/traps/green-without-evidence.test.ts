import { expect, test as plainTest, vi } from 'vitest'
import { honestRefusals } from '../checkers/recovery/honest-refusals.ts'
import type { Outcome } from '../journal/journal.ts'
import type { Checker } from '../model/checker.ts'
import type { Fault } from '../model/fault.ts'
import type { SystemProbe } from '../model/hypothesis.ts'
import { errorRatio, hypothesis, type WorkloadProbe } from '../model/probes.ts'
import { at } from '../model/schedule.ts'
import { atMost } from '../model/tolerances.ts'
import type { Workload } from '../model/workload.ts'
import { kept } from '../testing/counter-checks.ts'
import { running } from '../testing/counter-run.ts'
import { adding, type CounterSystem, killCounter, misbehave } from '../testing/counter-target.ts'

/** They mostly wait, so they wait together. */
const test = plainTest.concurrent

vi.setConfig({ testTimeout: 240_000 })

/** Its effect stays when it is over: nothing undoes it. */
function scar(mode: 'half'): Fault<CounterSystem> {
  return {
    ...misbehave(mode),
    kind: 'momentary',
    plan: async (system, context) => ({
      ...(await misbehave(mode).plan(system, context)),
      undo: undefined,
    }),
  }
}

/** The workload, but for what `change` makes of each of its operations. */
function tampered(
  change: (
    perform: () => Promise<Outcome>,
    signal: AbortSignal,
    key: string | undefined,
  ) => Promise<Outcome>,
): Workload<CounterSystem> {
  const plain = adding()
  return {
    ...plain,
    open: async (system, context) => {
      const clients = await plain.open(system, context)
      return {
        perform: (operation, client, signal) =>
          change(() => clients.perform(operation, client, signal), signal, operation.key),
        [Symbol.asyncDispose]: () => clients[Symbol.asyncDispose](),
      }
    },
  }
}

test('every second request that hangs for good after healing is no recovery', async () => {
  await using it = await running({ schedule: [at('200ms', scar('half'))], recoverWithin: '6s' })
  expect(it.conclusion.verdict).toBe('not-restored')
})

test('traffic that ends before the fault shows nothing', async () => {
  const brief: Workload<CounterSystem> = {
    ...adding(),
    *operations() {
      for (let i = 0; i < 25; i++) yield { f: 'add', key: `id-${i}`, input: i }
    },
  }
  await using it = await running({
    workloads: [brief],
    baseline: '500ms',
    steadyWithin: '2s',
    recoverWithin: '1s',
  })
  expect(['inconclusive', 'not-restored']).toContain(it.conclusion.verdict)
  expect(it.reasons.join()).toContain('the traffic of adding ended before the run did')
})

test('a probe of traffic that throws during the fault is an error, with a verdict', async () => {
  const plain = errorRatio(adding())
  const failing: WorkloadProbe<number> = {
    ...plain,
    over: window => {
      const down = window.entries.some(entry => entry.kind === 'fault' && entry.step === 'applied')
      if (down) throw new Error('planted in the probe')
      return plain.over(window)
    },
  }
  await using it = await running({
    schedule: [at('200ms', killCounter(), { for: '1500ms' })],
    steadyState: [hypothesis('well', failing, atMost(0.05))],
  })
  expect(it.conclusion).toMatchObject({ verdict: 'error', exitCode: 4 })
  expect(it.reasons.join()).toContain('planted in the probe')
})

test('a probe of the system that is undefined is an error, with a verdict', async () => {
  const proper: SystemProbe<CounterSystem, number> = { name: 'odd', measure: async () => 1 }
  const odd = Object.assign(proper, { measure: async () => undefined })
  await using it = await running({
    steadyState: [hypothesis('well', odd, atMost(1))],
    steadyWithin: '500ms',
  })
  expect(it.conclusion.verdict).toBe('error')
})

test('a check that returns nothing is an error, with a verdict', async () => {
  const proper: Checker = { ...kept() }
  const silent = Object.assign(proper, { check: () => undefined })
  await using it = await running({ checks: { kept: silent } })
  expect(it.conclusion.verdict).toBe('error')
})

/** Says that it landed, and hurts nobody. */
const harmless: Fault<CounterSystem> = {
  ...killCounter(),
  kind: 'momentary',
  plan: async () => ({ undo: undefined, touches: [], apply: async () => ({ landed: () => 1 }) }),
}

/** The ids under a name that is redacted, as they were added, and as they are read in the end. */
function secretly(readAs: (id: string) => string): Workload<CounterSystem> {
  return tampered(async (perform, _, key) => {
    const outcome = await perform()
    if (outcome.kind !== 'ok') return outcome
    const { value } = outcome
    const all = Array.isArray(value) ? value.map(id => ({ token: readAs(String(id)) })) : undefined
    return { kind: 'ok', value: all ?? { token: key ?? '' } }
  })
}

/** Whether what was added is what is read, by the redacted journal alone. */
const sameTokens: Checker = {
  name: 'what was added is read',
  check: journal => {
    const answers = journal.flatMap(one =>
      one.kind === 'complete' && one.outcome.kind === 'ok' ? [{ ...one, ...one.outcome }] : [],
    )
    const read = JSON.stringify(answers.find(({ f }) => f === 'all')?.value ?? [])
    const added = answers.filter(({ f }) => f === 'add')
    const lost = added.find(({ value }) => !read.includes(JSON.stringify(value)))
    const figures = { added: added.length }
    if (!lost) return { word: 'valid', story: 'all are read', figures }
    const witness = { what: 'one was changed', entries: [lost.index], atMs: lost.atMs }
    return { word: 'invalid', story: 'one was changed', figures, witness }
  },
  lies: [],
}

test('values that are corrupt under a secret name are broken, and whole ones are not', async () => {
  const checks = { same: sameTokens }
  const none = { checks, defences: [], schedule: [at('100ms', harmless)] }
  const corrupt = running({ ...none, workloads: [secretly(id => `${id}-corrupt`)] })
  const whole = running({ ...none, workloads: [secretly(id => id)] })
  await using bad = await corrupt
  await using good = await whole
  expect(JSON.stringify(good.journal)).toContain('[redacted:')
  expect(bad.conclusion.verdict).toBe('broken')
  // Nothing speaks against it; no lie is told to a check that is made for this test alone.
  expect(good.conclusion.checks.same?.word).toBe('unknown')
})

// Alone: the process stands still, and whatever runs beside it in that process.
plainTest('a lab that stood still itself does not blame the service', async () => {
  let operations = 0
  const counted = tampered(async perform => {
    operations++
    const untilMs = operations === 40 ? performance.now() + 1_500 : 0
    while (performance.now() < untilMs) {
      // The lab's own process stands still.
    }
    return perform()
  })
  const standing: Workload<CounterSystem> = {
    ...counted,
    open: (system, context) => {
      // In each run: one that says nothing but that it stood still is made again.
      operations = 0
      return counted.open(system, context)
    },
  }
  await using it = await running({
    workloads: [standing],
    schedule: [at('100ms', harmless)],
    checks: { quick: honestRefusals(standing, { deadlineMs: 800 }) },
    defences: [],
  })
  expect(it.journal.some(({ kind }) => kind === 'stall')).toBe(true)
  expect(it.conclusion.checks.quick?.word).toBe('invalid')
  expect(it.conclusion.verdict).toBe('inconclusive')
})
