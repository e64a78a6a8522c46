import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { seeded } from '../base/random.ts'
import type { Outcome } from '../journal/journal.ts'
import { JournalFile } from '../journal/recorder.ts'
import type { Workload, WorkloadClients } from '../model/workload.ts'
import { startTraffic } from './traffic.ts'

interface Settings {
  readonly perform: (signal: AbortSignal) => Promise<Outcome>
  readonly perSecond?: number
  readonly maxInFlight?: number
  readonly giveUpMs?: number
}

/** Drives a workload for a while, and gives what the journal has of it. */
async function drive(settings: Settings, forMs: number) {
  const folder = await mkdtemp(join(tmpdir(), 'lab-traffic-'))
  const file = join(folder, 'journal.jsonl')
  using journal = new JournalFile({ file, clock: systemClock })
  const workload: Workload = {
    name: 'w',
    perSecond: settings.perSecond ?? 100,
    clients: 2,
    maxInFlight: settings.maxInFlight ?? 100,
    giveUpMs: settings.giveUpMs ?? 1_000,
    operations: function* () {
      for (;;) yield { f: 'call', input: null }
    },
    open: () => open(settings),
  }
  const desk = { recorder: journal, clock: systemClock, random: seeded(1) }
  const traffic = await startTraffic([workload], () => open(settings), desk)
  const failure = await Promise.race([
    traffic.failed.catch((error: unknown) => error),
    systemClock.sleep(forMs).then(() => undefined),
  ])
  await traffic[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
  const completes = journal.readBack().filter(entry => entry.kind === 'complete')
  const invokes = journal.readBack().filter(entry => entry.kind === 'invoke')
  return { completes, invokes, failure }
}

async function open({ perform }: Settings): Promise<WorkloadClients> {
  return {
    perform: (_operation, _client, signal) => perform(signal),
    [Symbol.asyncDispose]: async () => {},
  }
}

const ok: Outcome = { kind: 'ok', value: null }

test('does not slow down because the service does', async () => {
  const slow = await drive({ perform: () => systemClock.sleep(300).then(() => ok) }, 500)
  expect(slow.invokes.length).toBeGreaterThan(35)
  expect(slow.completes.length).toBe(slow.invokes.length)
  expect(slow.completes.every(({ latencyMs }) => latencyMs >= 295)).toBe(true)
})

test('gives up in time, as an outcome that is neither ok nor fail', async () => {
  const never = await drive({ perform: () => new Promise(() => {}), giveUpMs: 100 }, 200)
  expect(never.completes.length).toBeGreaterThan(5)
  for (const { outcome } of never.completes) {
    expect(outcome).toEqual({
      kind: 'info',
      ended: 'gave-up',
      error: 'gave up after 100 ms without an answer',
    })
  }
})

test('has a bound on what is in flight, and says what it did not send', async () => {
  const bounded = await drive({ perform: () => new Promise(() => {}), maxInFlight: 5 }, 300)
  const sheds = bounded.completes.filter(
    ({ outcome }) => outcome.kind === 'info' && outcome.ended === 'shed',
  )
  expect(bounded.completes.length - sheds.length).toBe(5)
  expect(sheds.length).toBeGreaterThan(5)
})

test('counts latency from the intended start, not from the actual one', async () => {
  let first = true
  const stalled = await drive(
    {
      perform: async () => {
        if (first) {
          first = false
          const until = systemClock.nowMs() + 200
          while (systemClock.nowMs() < until) {
            // The event loop stands still: what was due meanwhile starts late.
          }
        }
        return ok
      },
    },
    400,
  )
  const late = stalled.completes.filter(({ latencyMs }) => latencyMs > 50)
  expect(late.length).toBeGreaterThan(5)
})

test('a workload that throws is an error of the lab', async () => {
  const thrown = await drive({ perform: () => Promise.reject(new Error('planted')) }, 500)
  expect(thrown.failure).toMatchObject({ message: 'planted' })
})
