import type { Journal } from '../../journal/journal.ts'
import type { Checker } from '../../model/checker.ts'
import { conservation } from '../effects/conservation.ts'
import { jobsAccounted } from '../effects/jobs-accounted.ts'
import { noGapsNoDuplicates } from '../effects/no-gaps-no-duplicates.ts'
import { noLostWrites } from '../effects/no-lost-writes.ts'
import { victimsDoneOnce } from '../effects/victims-done-once.ts'
import { register } from '../linearizability/models/register.ts'
import { linearizable } from '../linearizable.ts'
import { linearizableRegister } from '../linearizable-register.ts'
import { isolation } from '../list-append.ts'
import { bystandersUnharmed } from '../recovery/bystanders-unharmed.ts'
import { deliveredWithin } from '../recovery/delivered-within.ts'
import { detectedWithin } from '../recovery/detected-within.ts'
import { fastRefusals } from '../recovery/fast-refusals.ts'
import { goodput } from '../recovery/goodput.ts'
import { honestRefusals } from '../recovery/honest-refusals.ts'
import { longestOutage } from '../recovery/longest-outage.ts'
import { recovers } from '../recovery/recovers.ts'
import { shutdownInTime } from '../recovery/shutdown-in-time.ts'
import { backToBaseline } from '../resources/back-to-baseline.ts'
import { bounded } from '../resources/bounded.ts'
import type { Told } from '../shared/journal-of.ts'
import { answersBelong } from '../state/answers-belong.ts'
import { counterBounds } from '../state/counter-bounds.ts'
import { fencing } from '../state/fencing.ts'
import { mutualExclusion } from '../state/mutual-exclusion.ts'
import { readYourOwnWrite } from '../state/read-your-own-write.ts'
import { staleness } from '../state/staleness.ts'
import { attemptsPerRequest } from '../wire/attempts-per-request.ts'
import { backOff } from '../wire/back-off.ts'
import { breaker } from '../wire/breaker.ts'
import { calmReconnects } from '../wire/calm-reconnects.ts'
import { landedLetGo } from '../wire/landed-let-go.ts'
import { neverRetried } from '../wire/never-retried.ts'
import { retryAfterObeyed } from '../wire/retry-after-obeyed.ts'
import { finalReads, ok, operations, refused, sampleRun, wire } from './sample-run.ts'

export interface Sample {
  readonly checker: Checker
  /** A run that the check finds valid, with a place for each of its lies. */
  readonly journal: Journal
}

const w = { name: 'w' }
const everyTenth = (ms: number) => (ms >= 4_000 && ms < 10_000 ? refused : ok(1))

/** A valid run for each checker, by the name it is exported by. */
export const samples: Readonly<Record<string, Sample>> = {
  noLostWrites: { checker: noLostWrites(w), journal: written() },
  noGapsNoDuplicates: { checker: noGapsNoDuplicates(w), journal: chat() },
  jobsAccounted: { checker: jobsAccounted(w), journal: jobs() },
  conservation: {
    checker: conservation(w, {
      ...{ read: 'ask', is: 100 },
      quantity: answer =>
        Object.values(Object(answer))
          .map(Number)
          .reduce((a, b) => a + b, 0),
    }),
    journal: sampleRun(operations(op => ({ outcome: ok({ stock: 100 - op, sold: op }) }))),
  },
  victimsDoneOnce: { checker: victimsDoneOnce(w), journal: victims() },
  longestOutage: {
    checker: longestOutage(w, { atMost: '2s' }),
    journal: sampleRun(operations(() => ({}))),
  },
  recovers: {
    checker: recovers(w, { from: 'cut', within: '2s' }),
    journal: sampleRun(operations((_, ms) => ({ outcome: everyTenth(ms) }))),
  },
  goodput: {
    checker: goodput(w, { atLeast: 0.5, during: 'cut' }),
    journal: sampleRun(operations(op => ({ outcome: op % 10 ? ok(1) : refused }))),
  },
  bystandersUnharmed: {
    checker: bystandersUnharmed(w, { moreErrors: 0.05, boundMs: 1_000 }),
    journal: sampleRun(operations(op => ({ tookMs: 5 + (op % 7) }))),
  },
  honestRefusals: {
    checker: honestRefusals(w, { deadlineMs: 500 }),
    journal: sampleRun(operations((_, ms) => ({ outcome: everyTenth(ms) }))),
  },
  fastRefusals: {
    checker: fastRefusals(w, { p50AtMost: '100ms' }),
    journal: sampleRun(operations((_, ms) => ({ outcome: everyTenth(ms) }))),
  },
  deliveredWithin: {
    checker: deliveredWithin(w, { from: 'cut', within: '2s', atMost: '1s' }),
    journal: chat(),
  },
  detectedWithin: {
    checker: detectedWithin({ from: 'cut', within: '2s', sign: ({ event }) => event === 'alert' }),
    journal: sampleRun([
      { kind: 'service', instance: 'api-1', event: 'other', detail: null, atMs: 100 },
      { kind: 'service', instance: 'api-1', event: 'alert', detail: null, atMs: 4_500 },
    ]),
  },
  shutdownInTime: {
    checker: shutdownInTime({ from: 'cut', within: '5s' }),
    journal: sampleRun([
      { kind: 'process', process: 'api-1', step: 'spawned', asked: true, pid: 1, atMs: 1 },
      {
        kind: 'process',
        process: 'api-1',
        step: 'exited',
        asked: true,
        pid: 1,
        code: 0,
        atMs: 5_000,
      },
    ]),
  },
  bounded: {
    checker: bounded('api-1', 'memoryBytes', { atMost: 1_000, growsAtMost: 100 }),
    journal: sampleRun(resources(second => 500 + second)),
  },
  backToBaseline: {
    checker: backToBaseline('api-1', 'memoryBytes', { within: '2s' }),
    journal: sampleRun(resources(second => (second >= 4 && second < 11 ? 900 : 500))),
  },
  isolation: { checker: isolation(w, { level: 'serializable' }), journal: lists() },
  linearizableRegister: { checker: linearizableRegister(w), journal: registers() },
  linearizable: { checker: linearizable(w, register()), journal: registers() },
  answersBelong: {
    checker: answersBelong(w),
    journal: sampleRun(operations(op => ({ outcome: ok({ id: `k${op}` }) }))),
  },
  staleness: { checker: staleness(w, { atMost: '500ms' }), journal: versions() },
  readYourOwnWrite: { checker: readYourOwnWrite(w), journal: versions() },
  counterBounds: { checker: counterBounds(w), journal: counter() },
  mutualExclusion: { checker: mutualExclusion(w), journal: locks() },
  fencing: { checker: fencing(w), journal: fenced() },
  attemptsPerRequest: {
    checker: attemptsPerRequest(w, { atMost: 3, onAverageAtMost: 1.2 }),
    journal: sampleRun(
      operations(() => ({})),
      Array.from({ length: 200 }, (_, op) => wire('request', op * 100 + 1, { key: `k${op}` })),
    ),
  },
  calmReconnects: {
    checker: calmReconnects({ atMost: 3, within: '1s' }),
    journal: sampleRun([wire('connect', 5_000), wire('connect', 7_000)]),
  },
  breaker: {
    checker: breaker({
      name: 'redis',
      guards: (instance, link) => link.startsWith(`${instance}>`),
    }),
    journal: breakers(),
  },
  backOff: { checker: backOff({ first: '100ms' }), journal: attempts() },
  retryAfterObeyed: { checker: retryAfterObeyed({ links: () => true }), journal: asked() },
  neverRetried: { checker: neverRetried(), journal: refusedForGood() },
  landedLetGo: {
    checker: landedLetGo({ from: 'cut', within: '3s' }),
    journal: sampleRun(
      [1, 2, 3].map(connection => wire('abandoned', 4_500 + connection, { connection })),
    ),
  },
}

function written(): Journal {
  const found = Object.fromEntries(Array.from({ length: 200 }, (_, op) => [`k${op}`, op]))
  return sampleRun(
    operations(() => ({})),
    finalReads(found),
  )
}

function chat(): Journal {
  const observed = (
    client: number,
    what: string,
    value: { channel: string },
    atMs: number,
  ): Told => {
    return { kind: 'observed', workload: 'w', client, what, value, atMs }
  }
  const channel = 'room'
  return sampleRun(
    [1, 2].map(client => observed(client, 'subscribed', { channel }, 1)),
    operations(op => ({
      ...{ f: 'send', client: 9, input: { id: `m${op}` } },
      outcome: ok({ id: `m${op}`, channel }),
    })),
    Array.from({ length: 200 }, (_, op) => op).flatMap(op =>
      [1, 2].map(client => {
        const frame = { channel, id: `m${op}`, seq: op }
        return observed(client, 'frame', frame, op * 100 + 10 + client)
      }),
    ),
  )
}

function jobs(): Journal {
  const rows = Array.from({ length: 200 }, (_, op) => ({ id: `k${op}`, state: 'done', effects: 1 }))
  return sampleRun(
    operations(() => ({ f: 'enqueue' })),
    finalReads({ books: rows }),
  )
}

function victims(): Journal {
  const found = Object.fromEntries(Array.from({ length: 200 }, (_, op) => [`k${op}`, op]))
  const messages = [50, 60, 70].flatMap(op => [
    wire('request', op * 100 + 1, { key: `k${op}`, message: 'COMMIT' }),
    wire('response', op * 100 + 2, { error: '40001' }),
  ])
  return sampleRun(
    operations(() => ({})),
    finalReads(found),
    messages,
  )
}

function resources(value: (second: number) => number): readonly Told[] {
  return Array.from({ length: 20 }, (_, second) => {
    const figures = { memoryBytes: value(second) }
    return { kind: 'resources', of: 'api-1', figures, atMs: second * 1000 + 5 }
  })
}

/** Each client writes its turn and reads what it wrote. */
function versions(): Journal {
  return sampleRun(
    operations(op => ({
      ...{ f: op % 10 === 0 ? 'write' : 'read', key: 'k', client: 0, input: op },
      outcome: ok(op % 10 === 0 ? null : op - (op % 10)),
    })),
  )
}

/** Each reads all that others appended, and appends. */
function lists(): Journal {
  return sampleRun(
    operations(op => {
      const before = Array.from({ length: op }, (_, number) => number)
      const append = ['append', 'k', op]
      const input = [['read', 'k', null], append]
      return { f: 'txn', input, outcome: ok([['read', 'k', before], append]) }
    }),
  )
}

/** Written, read, compared and set, and read. */
function registers(): Journal {
  return sampleRun(
    operations(op => {
      const key = 'k'
      if (op % 2) return { f: 'read', key, input: null, outcome: ok(op - 1) }
      if (op % 4 === 0) return { f: 'write', key, outcome: ok(null) }
      return { f: 'cas', key, input: { expected: op - 2, next: op }, outcome: ok(true) }
    }),
  )
}

function counter(): Journal {
  return sampleRun(
    operations(op => ({
      ...{ f: op % 2 ? 'read' : 'add', key: 'k', input: 1 },
      outcome: ok(op % 2 ? (op + 1) / 2 : null),
    })),
  )
}

function locks(): Journal {
  return sampleRun(
    operations(op => ({
      ...{ f: op % 2 ? 'release' : 'acquire', key: 'lock', client: Math.floor(op / 2) % 3 },
      outcome: ok(null),
    })),
  )
}

function fenced(): Journal {
  return sampleRun(
    Array.from({ length: 40 }, (_, n): Told => {
      const token = Math.floor(n / 10)
      const value = { key: 'run', owner: `worker-${token}`, token }
      return { kind: 'observed', workload: 'w', client: 0, what: 'effect', value, atMs: n * 400 }
    }),
  )
}

function breakers(): Journal {
  const says = (instance: string, state: string, atMs: number): Told => {
    const detail = { name: 'redis', state }
    return { kind: 'service', instance, event: 'breaker', detail, atMs }
  }
  return sampleRun(
    ...['api-1', 'api-2'].map(name => [
      ...[1_000, 2_000, 9_050, 11_000].map(ms => wire('request', ms, { link: `${name}>redis` })),
      ...[says(name, 'open', 5_000), says(name, 'half-open', 9_000), says(name, 'closed', 9_100)],
    ]),
  )
}

function attempts(): Journal {
  const waits = [100, 230, 350, 900, 1_500]
  let atMs = 4_100
  return sampleRun([
    wire('refused', atMs),
    ...waits.map(wait => {
      atMs += wait
      return wire('refused', atMs)
    }),
    wire('connect', atMs + 2_900),
  ])
}

function asked(): Journal {
  return sampleRun([
    ...[
      wire('request', 4_500),
      wire('response', 4_510, { error: '429', detail: 'retry-after: 2' }),
    ],
    ...[wire('request', 6_600), wire('response', 6_610), wire('request', 7_600)],
  ])
}

function refusedForGood(): Journal {
  return sampleRun([
    ...[wire('request', 4_500, { key: 'k1' }), wire('response', 4_510, { error: '401' })],
    ...[wire('request', 6_600, { key: 'k2' }), wire('response', 6_610)],
  ])
}
