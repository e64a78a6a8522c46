import { expect, test, vi } from 'vitest'
import { systemClock } from '../base/clock.ts'
import type { JournalFile } from '../journal/recorder.ts'
import { hypothesis } from '../model/probes.ts'
import { equals } from '../model/tolerances.ts'
import type { Workload } from '../model/workload.ts'
import { running } from '../testing/counter-run.ts'
import { adding, type CounterSystem } from '../testing/counter-target.ts'

vi.setConfig({ testTimeout: 120_000 })

/** Additions before each of which something else is done. */
function addingAfter(
  first: () => Promise<void>,
  changes: Partial<Workload<CounterSystem>> = {},
): Workload<CounterSystem> {
  const calm = adding()
  return {
    ...calm,
    ...changes,
    open: async (system, context) => {
      const clients = await calm.open(system, context)
      return {
        perform: async (operation, client, signal) => {
          await first()
          return clients.perform(operation, client, signal)
        },
        [Symbol.asyncDispose]: () => clients[Symbol.asyncDispose](),
      }
    },
  }
}

test('a client that throws while traffic is stopped makes the run an error', async () => {
  let journal: JournalFile | undefined
  const hasEnded = () =>
    journal?.readBack().some(entry => entry.kind === 'traffic' && entry.step === 'ended')
  const late = addingAfter(async () => {
    await systemClock.sleep(200)
    if (hasEnded()) throw new Error('planted at the end')
  })
  const observe = (found: JournalFile) => {
    journal = found
  }
  await using it = await running({ workloads: [late] }, { observe, faultsOff: true })
  expect(it.conclusion.verdict).toBe('error')
  expect(it.reasons.join()).toContain('planted at the end')
})

test('a run whose traffic was far below its rate is inconclusive, and that was said before its end', async () => {
  const busy = addingAfter(
    async () => {
      // Whoever holds the thread this long for each can start no more than 250 in a second.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4)
    },
    { perSecond: 400 },
  )
  const whatever = hypothesis('it is there', { name: 'one', measure: async () => 1 }, equals(1))
  const said: string[] = []
  await using it = await running(
    { workloads: [busy], baseline: '3s', steadyState: [whatever] },
    { faultsOff: true, progress: text => said.push(text) },
  )
  expect(it.conclusion.verdict).toBe('inconclusive')
  expect(it.reasons.join()).toMatch(/\d+ operations of adding were planned, and \d+ made/)
  expect(said.join()).toContain('adding is behind its rate')
})
