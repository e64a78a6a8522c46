import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as plainTest, vi } from 'vitest'
import type { Experiment } from './experiment.ts'
import type { Fault } from './fault.ts'
import { Interruption } from './interruption.ts'
import { readJournal } from './journal-file.ts'
import { judgeFolder } from './judge.ts'
import { errorRatio } from './probes.ts'
import { run } from './run.ts'
import type { RunOptions } from './run-options.ts'
import { at } from './schedule.ts'
import { kept, saying } from './testing/counter-checks.ts'
import { counterExperiment } from './testing/counter-experiment.ts'
import {
  adding,
  type CounterSystem,
  counter,
  killCounter,
  misbehave,
} from './testing/counter-target.ts'

/** They mostly wait, so they wait together. */
const test = plainTest.concurrent

vi.setConfig({ testTimeout: 120_000 })

type Changes = Partial<Experiment<CounterSystem>>

async function running(changes: Changes = {}, options: Partial<RunOptions> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'lab-run-test-'))
  const experiment = counterExperiment(changes)
  const finished = await run(experiment, { name: 'counter', seed: 1, root, ...options })
  const journal = await readJournal(join(finished.folder, 'journal.jsonl'))
  return {
    ...finished,
    experiment,
    journal,
    root,
    reasons: finished.conclusion.reasons.map(({ word, text }) => `${word}: ${text}`),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

/** Nothing is owed, and nothing runs: the guardian has removed ledger and scratch folder. */
async function leftovers(root: string): Promise<readonly string[]> {
  const ledgers = await readdir(join(root, '.lab/ledgers')).catch(() => [])
  const scratch = await readdir(join(root, '.lab/scratch')).catch(() => [])
  return [...ledgers.filter(name => name.endsWith('.jsonl')), ...scratch]
}

const broken = (message: string) => {
  throw new Error(message)
}

test('is held when the killed server had written down what it acknowledged', async () => {
  await using it = await running()
  expect(it.reasons).toEqual([])
  expect(it.conclusion).toMatchObject({ verdict: 'held', exitCode: 0 })
  expect(it.conclusion.faults).toMatchObject([{ label: 'kill(counter)', landed: 1 }])
  expect(await leftovers(it.root)).toEqual([])
})

test('is broken, with a witness, when the defence is off', async () => {
  await using it = await running({}, { defencesOff: ['durable'] })
  expect(it.conclusion).toMatchObject({ verdict: 'broken', exitCode: 1, defencesOff: ['durable'] })
  expect(it.conclusion.checks.kept).toMatchObject({ word: 'invalid', witness: {} })
})

test('is held without the defence when no fault is made', async () => {
  await using it = await running({}, { defencesOff: ['durable'], faultsOff: true })
  expect(it.reasons).toEqual([])
  expect(it.conclusion).toMatchObject({ verdict: 'held', faultsOff: true, faults: [] })
})

test('is inconclusive when the fault touched nothing', async () => {
  const idle: Fault<CounterSystem> = {
    ...killCounter(),
    label: 'idle()',
    plan: async () => ({
      undo: undefined,
      touches: [],
      apply: async () => ({ landed: () => 0 }),
    }),
  }
  await using it = await running({ schedule: [at('100ms', idle)] })
  expect(it.conclusion).toMatchObject({ verdict: 'inconclusive', exitCode: 2 })
  expect(it.reasons).toEqual(['inconclusive: idle() was in force, but touched nothing'])
})

test('is inconclusive when a check cannot tell', async () => {
  await using it = await running({ checks: { kept: kept(), vague: saying('unknown') }, ...vague })
  expect(it.reasons).toEqual(['inconclusive: check vague: always unknown'])
})

const vague: Changes = {
  defences: [
    { name: 'durable', breaks: 'kept', mayAlsoBreak: [] },
    { name: 'idle-defence', breaks: 'vague', mayAlsoBreak: [] },
  ],
}

test('is inconclusive, and makes no fault, when the system is not steady before', async () => {
  const never = { expected: 'the impossible', accepts: () => false }
  const probe = errorRatio(adding())
  await using it = await running({
    steadyState: [{ sentence: 'never', probe, tolerance: never }],
    steadyWithin: '500ms',
  })
  expect(it.conclusion).toMatchObject({ verdict: 'inconclusive', faults: [] })
  expect(it.reasons.join()).toContain('before the first fault: "never" did not hold')
})

test('is inconclusive when the stream of wire events breaks', async () => {
  await using tap = await cutTap()
  const target = counter({ links: [tap.link] })
  await using it = await running({ target })
  expect(it.conclusion.verdict).toBe('inconclusive')
  expect(it.reasons.join()).toContain('the journal has a gap: events of')
})

test('is not-restored when the steady state does not return', async () => {
  const forGood: Fault<CounterSystem> = {
    ...misbehave('refuse'),
    plan: async (system, context) => ({
      ...(await misbehave('refuse').plan(system, context)),
      undo: undefined,
    }),
  }
  await using it = await running({ schedule: [at('100ms', forGood)], recoverWithin: '500ms' })
  expect(it.conclusion).toMatchObject({ verdict: 'not-restored', exitCode: 3 })
  expect(it.reasons[0]).toContain('after healing: "most additions succeed" did not hold')
})

test('is not-restored when a fault cannot be healed', async () => {
  const module = new URL('./testing/failing-undo.ts', import.meta.url).href
  const stuck: Fault<CounterSystem> = {
    ...misbehave('refuse'),
    plan: async (system, context) => ({
      ...(await misbehave('refuse').plan(system, context)),
      undo: { module, args: null },
    }),
  }
  await using it = await running({ schedule: [at('100ms', stuck)], recoverWithin: '500ms' })
  expect(it.conclusion.verdict).toBe('not-restored')
  expect(it.reasons.join()).toContain('refuse(counter) could not be healed')
  expect(it.reasons.join()).toContain('this undo always fails')
})

const failures: Record<string, Changes> = {
  'the target does not start': {
    target: { ...counter(), start: async () => broken('planted') },
  },
  'a workload cannot open': {
    workloads: [{ ...adding(), open: async () => broken('planted') }],
  },
  'a workload throws': {
    workloads: [
      {
        ...adding(),
        open: async () => ({
          perform: async () => broken('planted'),
          [Symbol.asyncDispose]: async () => {},
        }),
      },
    ],
  },
  'a fault cannot be planned': {
    schedule: [at('100ms', { ...killCounter(), plan: async () => broken('planted') })],
  },
  'a fault cannot be made': {
    schedule: [
      at('10ms', misbehave('refuse')),
      at('200ms', {
        ...killCounter(),
        plan: async () => ({
          undo: undefined,
          touches: [],
          apply: async () => broken('planted'),
        }),
      }),
    ],
  },
  'the final reads cannot be made': {
    workloads: [{ ...adding(), finale: () => broken('planted') }],
  },
  'a check throws': { checks: { kept: { name: 'kept', check: () => broken('planted') } } },
}

test.each(Object.entries(failures))('is an error when %s, and heals', async (_, changes) => {
  await using it = await running(changes)
  expect(it.conclusion).toMatchObject({ verdict: 'error', exitCode: 4 })
  expect(it.reasons.join()).toContain('planted')
  const applied = it.journal.filter(entry => entry.kind === 'fault' && entry.step === 'applied')
  const healed = it.journal.filter(entry => entry.kind === 'fault' && entry.step === 'healed')
  expect(healed.length).toBeGreaterThanOrEqual(applied.length)
  expect(await leftovers(it.root)).toEqual([])
})

test('an abort condition heals early, and the checks still run', async () => {
  const probe = errorRatio(adding())
  await using it = await running({
    schedule: [at('100ms', misbehave('refuse'), { for: '60s' })],
    abortWhen: [probe.above(0.1).for('250ms')],
  })
  expect(it.conclusion.verdict).toBe('inconclusive')
  expect(it.reasons.join()).toContain('aborted: error ratio of adding was')
  expect(it.conclusion.checks.kept?.word).toBe('valid')
  expect(it.conclusion.faults).toMatchObject([{ healedAtMs: expect.any(Number) }])
  expect(it.conclusion.durationMs).toBeLessThan(50_000)
})

test('an interruption in mid-fault heals, records, and ends with 130', async () => {
  const interrupt = new AbortController()
  await using it = await running(
    { schedule: [at('100ms', misbehave('refuse'), { for: '20s' })] },
    {
      signal: interrupt.signal,
      observe: journal =>
        journal.onEntry(entry => {
          if (entry.kind !== 'fault' || entry.step !== 'applied') return
          queueMicrotask(() => interrupt.abort(new Interruption('SIGINT')))
        }),
    },
  )
  expect(it.conclusion).toMatchObject({ verdict: 'inconclusive', exitCode: 130 })
  expect(it.conclusion.faults).toMatchObject([{ healedAtMs: expect.any(Number) }])
  expect(await leftovers(it.root)).toEqual([])
})

test.each(['start', 'preflight', 'baseline', 'recover', 'final-reads'] as const)(
  'an interruption in the phase %s ends with 130, and leaves nothing',
  async phase => {
    const interrupt = new AbortController()
    await using it = await running(
      {},
      {
        signal: interrupt.signal,
        observe: journal =>
          journal.onEntry(entry => {
            if (entry.kind !== 'phase' || entry.phase !== phase) return
            queueMicrotask(() => interrupt.abort(new Interruption('SIGTERM')))
          }),
      },
    )
    expect(it.conclusion.exitCode).toBe(130)
    expect(it.reasons.join()).toContain('interrupted by SIGTERM')
    expect(await leftovers(it.root)).toEqual([])
  },
)

test('a saved run, judged again, comes to the same verdict', async () => {
  await using it = await running({}, { defencesOff: ['durable'] })
  expect(await judgeFolder(it.folder, it.experiment)).toEqual(it.conclusion)
  const saved = JSON.parse(await readFile(join(it.folder, 'verdict.json'), 'utf8'))
  expect(saved).toEqual(it.conclusion)
})

test('a seed repeats the inputs and the moments of the strikes; another seed does not', async () => {
  const [one, same, other] = await Promise.all([1, 1, 2].map(seed => running({}, { seed })))
  const told = (it: Awaited<ReturnType<typeof running>> | undefined) => {
    const [first] = it?.journal ?? []
    const inputs = it?.journal.filter(entry => entry.kind === 'invoke').slice(0, 20)
    return {
      plan: first?.kind === 'run' ? first.plan : undefined,
      inputs: inputs?.map(entry => entry.input),
    }
  }
  expect(told(one)).toEqual(told(same))
  expect(told(one).inputs).not.toEqual(told(other).inputs)
  expect(told(one).plan).not.toEqual(told(other).plan)
  for (const it of [one, same, other]) await it?.[Symbol.asyncDispose]()
})

test('is inconclusive, and makes no fault, when a link it would hit carries no traffic', async () => {
  await using tap = await cutTap({ idle: true })
  const touching = { ...misbehave('refuse'), plan: touchingPlan }
  await using it = await running({
    target: counter({ links: [tap.link] }),
    schedule: [at('100ms', touching)],
  })
  expect(it.conclusion).toMatchObject({ verdict: 'inconclusive', faults: [] })
  expect(it.reasons.join()).toContain('a fault would hit link a>b, but no workload uses it')
})

test('lists a link that no fault touches as idle, and goes on', async () => {
  await using tap = await cutTap({ idle: true })
  await using it = await running({ target: counter({ links: [tap.link] }) })
  const preflight = it.journal.filter(entry => entry.kind === 'preflight')
  const detail = expect.stringMatching(/^idle/)
  expect(preflight).toMatchObject([{ link: 'a>b', passed: true, detail }])
  expect(it.conclusion.faults).toMatchObject([{ landed: 1 }])
})

const touchingPlan: Fault<CounterSystem>['plan'] = async (system, context) => ({
  ...(await misbehave('refuse').plan(system, context)),
  touches: ['a>b'],
})

/** A tap that answers as ours does, and drops the stream of events after half a second. */
async function cutTap({ idle = false } = {}) {
  let bytes = 0
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://tap')
    if (pathname === '/events') {
      response.writeHead(200).flushHeaders()
      setTimeout(() => response.destroy(), 500)
      return
    }
    const counters = { open: 1, connections: 1, bytes: idle ? 0 : bytes++ }
    response.end(JSON.stringify(pathname === '/clock' ? { nowMs: 1 } : { counters }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  return {
    link: {
      name: 'a>b',
      consumer: 'a',
      provider: 'b',
      protocol: 'tcp' as const,
      adminUrl: url,
      tapUrl: url,
      listenHost: '127.0.0.1',
      listenPort: 1,
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
