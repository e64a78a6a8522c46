import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { seeded } from '../base/random.ts'
import type { Event } from '../journal/journal.ts'
import { plannedBy, ratesOf } from '../model/rates.ts'
import type { Workload } from '../model/workload.ts'
import { generate } from './generate.ts'

type Settings = Partial<Workload> & { readonly perform?: () => Promise<unknown> | undefined }

/** Makes traffic until `perform` or the workload ends it, or for `forMs`; keeps what was recorded. */
async function traffic(settings: Settings, forMs: number, keep = true) {
  const events: Event[] = []
  const progress: string[] = []
  const stopping = new AbortController()
  const startMs = systemClock.nowMs()
  const workload: Workload<never> = {
    name: 'w',
    perSecond: 100,
    clients: 3,
    maxInFlight: 1_000,
    giveUpMs: 1_000,
    operations: function* (random) {
      for (;;) yield { f: 'call', input: random.integer(0, 1_000_000) }
    },
    open: () => Promise.reject(new Error('not used')),
    ...settings,
  }
  const clients = {
    perform: async () => {
      await settings.perform?.()
      return { kind: 'ok', value: null } as const
    },
    [Symbol.asyncDispose]: async () => {},
  }
  const recorder = {
    record: (event: Event) => {
      if (keep) events.push(event)
      return { ...event, index: 0, atMs: systemClock.nowMs() - startMs, source: 'test' }
    },
    toRunMs: (ms: number) => ms - startMs,
  }
  const context = {
    recorder,
    clock: systemClock,
    random: seeded(1),
    progress: (text: string) => progress.push(text),
  }
  const done = generate(workload, clients, context, stopping.signal)
  await Promise.race([done, systemClock.sleep(forMs)])
  stopping.abort()
  await done
  const tookMs = systemClock.nowMs() - startMs
  const invokes = events.filter(event => event.kind === 'invoke')
  return { events, invokes, progress, tookMs, workload }
}

test('follows a course of rates as the plan counts it', async () => {
  const perSecond = [
    { for: '500ms', perSecond: 40 },
    { for: '0ms', perSecond: 400 },
    { for: '300ms', perSecond: 400 },
    { for: '500ms', perSecond: 0 },
  ] as const
  const { invokes, workload } = await traffic({ perSecond }, 1_500)
  const planned = (ms: number) => plannedBy(ratesOf(workload), ms)
  expect(Math.abs(invokes.length - planned(10_000))).toBeLessThanOrEqual(1)
  const first = invokes[0]?.intendedMs ?? 0
  const intended = (ms: number) =>
    invokes.filter(({ intendedMs }) => intendedMs < first + ms).length
  // The first one has its own share of chance.
  expect(Math.abs(intended(500) - planned(500))).toBeLessThanOrEqual(12)
  expect(Math.abs(intended(800) - planned(800))).toBeLessThanOrEqual(12)
})

test('the same seed makes the same inputs at the same intended times', async () => {
  const [one, other] = [await traffic({}, 300), await traffic({}, 300)]
  const told = ({ invokes }: typeof one) => {
    const [first] = invokes
    return invokes.slice(0, 20).map(({ input, client, intendedMs }) => {
      return { input, client, afterMs: Math.round(intendedMs - (first?.intendedMs ?? 0)) }
    })
  }
  expect(told(one).length).toBe(20)
  expect(told(one)).toEqual(told(other))
})

test('ends as done where the workload has no more operations', async () => {
  const operations = function* () {
    for (let n = 0; n < 7; n++) yield { f: 'call', input: n }
  }
  const { events, invokes } = await traffic({ operations }, 20_000)
  expect(invokes.length).toBe(7)
  expect(events).toContainEqual({ kind: 'traffic', workload: 'w', step: 'ended', why: 'done' })
})

test('with a think time each client waits for its answer, and then so long', async () => {
  const perSecond = { thinkTime: '40ms' } as const
  const perform = () => systemClock.sleep(60)
  const { events, invokes } = await traffic({ perSecond, perform }, 1_000)
  expect(invokes.length).toBeGreaterThan(6)
  for (const client of [0, 1, 2]) {
    const own = events.flatMap(event => {
      if (event.kind === 'invoke' && event.client === client) return [event.intendedMs]
      if (event.kind === 'complete' && event.client === client) return [event.latencyMs]
      return []
    })
    for (let i = 0; i + 2 < own.length; i += 2) {
      const [invokedMs = 0, latencyMs = 0, nextMs = 0] = own.slice(i)
      expect(nextMs - (invokedMs + latencyMs)).toBeGreaterThan(19)
    }
  }
})

test('a rate beyond this machine leaves timers their turn, stops at once, and is said in time', async () => {
  let ticks = 0
  const ticking = setInterval(() => ticks++, 10)
  const settings = { perSecond: 20_000_000, maxInFlight: 10 }
  const { progress, tookMs } = await traffic(settings, 2_600, false)
  clearInterval(ticking)
  expect(ticks, 'an interval of 10 ms went on').toBeGreaterThan(50)
  expect(tookMs, 'it stopped when told to').toBeLessThan(4_500)
  expect(progress).toEqual([expect.stringMatching(/^w is behind its rate: \d+ of \d+ operations/)])
})

test('control: a rate that is made is not complained of', async () => {
  const { progress, events } = await traffic({ perSecond: 50 }, 2_600)
  expect(progress).toEqual([])
  expect(events.some(event => event.kind === 'note')).toBe(false)
})

setFlagsFromString('--expose_gc')
const collect: () => void = runInNewContext('gc')

const measured = 100_000
const warmUp = 20_000

function heap(): number {
  collect()
  return process.memoryUsage().heapUsed
}

test('keeps nothing of an operation that has ended', { timeout: 90_000 }, async () => {
  let [before, after] = [0, 0]
  const operations = function* () {
    for (let n = 0; n < warmUp + measured; n++) {
      if (n === warmUp) before = heap()
      yield { f: 'call', input: null }
    }
    after = heap()
  }
  await traffic({ perSecond: 40_000, operations }, 80_000, false)
  expect((after - before) / measured).toBeLessThan(50)
})

test('control: a race against one promise that never ends keeps more of each', async () => {
  const never = new Promise<never>(() => {})
  let before = 0
  for (let n = 0; n < warmUp + measured; n++) {
    if (n === warmUp) before = heap()
    await Promise.race([never, Promise.resolve()])
  }
  expect((heap() - before) / measured).toBeGreaterThan(100)
  expect(never, 'it was alive until here').toBeInstanceOf(Promise)
})
