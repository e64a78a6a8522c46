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
import { alertFires } from '../recovery/alert-fires.ts'
import { bystandersUnharmed } from '../recovery/bystanders-unharmed.ts'
import { closedWith } from '../recovery/closed-with.ts'
import { deliveredWithin } from '../recovery/delivered-within.ts'
import { detectedWithin } from '../recovery/detected-within.ts'
import { fastRefusals } from '../recovery/fast-refusals.ts'
import { goodput } from '../recovery/goodput.ts'
import { honestRefusals } from '../recovery/honest-refusals.ts'
import { longestOutage } from '../recovery/longest-outage.ts'
import { noCrashes } from '../recovery/no-crashes.ts'
import { recovers } from '../recovery/recovers.ts'
import { shutdownInTime } from '../recovery/shutdown-in-time.ts'
import { backToBaseline } from '../resources/back-to-baseline.ts'
import { bounded } from '../resources/bounded.ts'
import { answersBelong } from '../state/answers-belong.ts'
import { counterBounds } from '../state/counter-bounds.ts'
import { fencing } from '../state/fencing.ts'
import { mutualExclusion } from '../state/mutual-exclusion.ts'
import { readYourOwnWrite } from '../state/read-your-own-write.ts'
import { staleness } from '../state/staleness.ts'
import { attemptsPerRequest } from '../wire/attempts-per-request.ts'
import { backOff } from '../wire/back-off.ts'
import { breaker } from '../wire/breaker.ts'
import { callsAtOnce } from '../wire/calls-at-once.ts'
import { calmReconnects } from '../wire/calm-reconnects.ts'
import { landedLetGo } from '../wire/landed-let-go.ts'
import { neverRetried } from '../wire/never-retried.ts'
import { noLateWork } from '../wire/no-late-work.ts'
import { requestsPerStrike } from '../wire/requests-per-strike.ts'
import { retryAfterObeyed } from '../wire/retry-after-obeyed.ts'
import { spreadConnects } from '../wire/spread-connects.ts'
import { looks } from './sample-alerts.ts'
import {
  asked,
  attempts,
  breakers,
  chat,
  counter,
  fenced,
  jobs,
  lists,
  locks,
  pressedForTime,
  refusedForGood,
  registers,
  resources,
  versions,
  victims,
  written,
} from './sample-journals.ts'
import { ok, operations, refused, sampleRun, wire } from './sample-run.ts'

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
  alertFires: {
    checker: alertFires({ name: 'Down', within: '2s', resolvesWithin: '3s' }),
    journal: sampleRun(looks([5_500, 12_000])),
  },
  detectedWithin: {
    checker: detectedWithin({ from: 'cut', within: '2s', sign: ({ event }) => event === 'alert' }),
    journal: sampleRun([
      { kind: 'service', instance: 'api-1', event: 'other', detail: null, atMs: 100 },
      { kind: 'service', instance: 'api-1', event: 'alert', detail: null, atMs: 4_500 },
    ]),
  },
  spreadConnects: {
    checker: spreadConnects({ atMost: 0.1, within: '100ms' }),
    journal: sampleRun(
      Array.from({ length: 30 }, (_, n) => wire('connect', 4_100 + 100 * n, { connection: n })),
    ),
  },
  closedWith: {
    checker: closedWith(w, { code: 1012 }),
    journal: sampleRun([
      {
        kind: 'observed',
        workload: 'w',
        client: 1,
        what: 'closed',
        value: { code: 1012 },
        atMs: 5_000,
      },
    ]),
  },
  noCrashes: {
    checker: noCrashes(),
    journal: sampleRun([
      { kind: 'process', process: 'api-1', step: 'ready', asked: true, pid: 1, atMs: 1 },
      { kind: 'process', process: 'api-1', step: 'exited', asked: false, pid: 1, atMs: 5_000 },
      { kind: 'process', process: 'api-1', step: 'ready', asked: true, pid: 1, atMs: 6_000 },
      { kind: 'process', process: 'redis', step: 'ready', asked: true, pid: 1, atMs: 2 },
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
      guards: (instance, { link }) => link.startsWith(`${instance}>`),
    }),
    journal: breakers(),
  },
  backOff: { checker: backOff({ first: '100ms' }), journal: attempts() },
  callsAtOnce: {
    checker: callsAtOnce({ atMost: 2, links: () => true }),
    journal: sampleRun([wire('request', 5_000), wire('response', 5_010), wire('request', 6_000)]),
  },
  requestsPerStrike: {
    checker: requestsPerStrike({ from: 'cut', within: '1s', atMost: 3, links: () => true }),
    journal: sampleRun([wire('request', 3_900), wire('request', 4_100), wire('request', 4_900)]),
  },
  retryAfterObeyed: { checker: retryAfterObeyed({ links: () => true }), journal: asked() },
  neverRetried: { checker: neverRetried(), journal: refusedForGood() },
  noLateWork: {
    checker: noLateWork({ name: 'w' }, { deadlineMs: 500, slackMs: 100 }),
    journal: pressedForTime(),
  },
  landedLetGo: {
    checker: landedLetGo({ from: 'cut', within: '3s' }),
    journal: sampleRun(
      [1, 2, 3].map(connection => wire('abandoned', 4_500 + connection, { connection })),
    ),
  },
}
