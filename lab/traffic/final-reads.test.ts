import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { seeded } from '../base/random.ts'
import type { Entry } from '../journal/journal.ts'
import { JournalFile } from '../journal/recorder.ts'
import type { Context, LabSystem } from '../model/target.ts'
import type { Workload } from '../model/workload.ts'
import { finalReads } from './final-reads.ts'

const system: LabSystem = {
  links: [],
  describe: () => ({}),
  [Symbol.asyncDispose]: async () => {},
}

type Settings = Partial<Workload> & { readonly read?: (client: number) => Promise<void> | void }

/** Reads 60 things at the end of a run in which two workloads did one thing each. */
async function read({ read: perform, ...settings }: Settings = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'lab-final-'))
  using journal = new JournalFile({ file: join(folder, 'journal.jsonl'), clock: systemClock })
  const common = { kind: 'invoke', op: 0, client: 0, f: 'add', input: null, intendedMs: 0 } as const
  journal.record({ ...common, workload: 'reads', key: 'own' })
  journal.record({ ...common, workload: 'other', key: 'of another' })
  journal.record({ kind: 'phase', phase: 'final-reads' })
  let told: readonly Entry[] = []
  let [atOnce, most] = [0, 0]
  const workload: Workload = {
    name: 'reads',
    perSecond: 10,
    clients: 8,
    maxInFlight: 10,
    giveUpMs: 5_000,
    operations: () => [].values(),
    open: async () => ({
      perform: async (_operation, client) => {
        most = Math.max(most, ++atOnce)
        await (perform ?? (() => systemClock.sleep(20)))(client)
        atOnce--
        return { kind: 'ok', value: null }
      },
      [Symbol.asyncDispose]: async () => {},
    }),
    finale: function* (entries) {
      told = entries
      for (let n = 0; n < 60; n++) yield { f: 'read', key: `${n}`, input: null }
    },
    ...settings,
  }
  const context = contextOf(journal)
  const startMs = systemClock.nowMs()
  const failure = await finalReads([workload], system, context, journal).then(
    () => undefined,
    (error: unknown) => error,
  )
  const tookMs = systemClock.nowMs() - startMs
  await rm(folder, { recursive: true })
  const reads = journal.readBack().filter(entry => entry.kind === 'invoke' && entry.f === 'read')
  const answers = journal.readBack().filter(entry => entry.kind === 'complete')
  return { told, most, tookMs, failure, reads, answers }
}

function contextOf(recorder: JournalFile): Context {
  const unused = (): never => {
    throw new Error('final reads start nothing')
  }
  const ledger = { owe: unused, settle: unused }
  const { signal } = new AbortController()
  return {
    runId: 'r',
    runFolder: '',
    scratchFolder: '',
    clock: systemClock,
    random: seeded(1),
    recorder,
    ledger,
    guardian: { pid: 0, ledger, lost: signal, spawn: unused, [Symbol.asyncDispose]: unused },
    signal,
    needs: [],
    defencesOff: [],
    proxy: 'embedded',
    progress: () => {},
  }
}

test('each client reads one thing after the other, all clients side by side', async () => {
  const { reads, answers, most, failure } = await read()
  expect(failure).toBeUndefined()
  expect(reads).toHaveLength(60)
  expect(answers).toHaveLength(60)
  expect(most).toBe(8)
  expect(new Set(answers.map(({ client }) => client)).size).toBe(8)
})

test('at most 16 read side by side, however many clients there are', async () => {
  expect((await read({ clients: 500 })).most).toBe(16)
})

test('where the workload asks for it, one client reads in the order of the finale', async () => {
  const { reads, most, answers } = await read({ finaleInOrder: true })
  expect(most).toBe(1)
  expect(new Set(answers.map(({ client }) => client))).toEqual(new Set([0]))
  const keys = reads.map(entry => (entry.kind === 'invoke' ? entry.key : undefined))
  expect(keys).toEqual(Array.from({ length: 60 }, (_, n) => `${n}`))
})

test('a finale is given the entries of its own workload, and of no other', async () => {
  const { told } = await read()
  expect(told).toMatchObject([{ kind: 'invoke', workload: 'reads', key: 'own' }])
})

test('a read that throws ends the reads of all clients, and is thrown', async () => {
  const { failure, answers } = await read({
    read: async client => {
      await systemClock.sleep(5)
      if (client === 3) throw new Error('planted')
    },
  })
  expect(failure).toMatchObject({ message: 'planted' })
  expect(answers.length).toBeLessThan(30)
})
