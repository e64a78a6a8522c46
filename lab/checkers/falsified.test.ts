import { describe, expect, test } from 'vitest'
import type { Json } from '../base/json.ts'
import type { Entry, Journal, Outcome } from '../journal/journal.ts'
import { journalOf } from './shared/journal-of.ts'
import { down } from './testing/sample-alerts.ts'
import { ok, refused, wire } from './testing/sample-run.ts'
import { samples } from './testing/samples.ts'

/*
 * Falsifications beside the lies of each check, written from the sentences of its docstring alone: who
 * writes both a check and its lies may overlook the same thing twice.
 */

type Of<Kind extends Entry['kind']> = Extract<Entry, { readonly kind: Kind }>
type Falsify = (journal: Journal) => Journal

/** Every entry that a change is made of. */
function each(change: (entry: Entry) => Entry | undefined): Falsify {
  return journal => journal.flatMap(entry => change(entry) ?? [])
}

function completes(
  op: number,
  change: (entry: Of<'complete'>) => Partial<Of<'complete'>>,
): Falsify {
  return each(entry =>
    entry.kind === 'complete' && entry.op === op ? { ...entry, ...change(entry) } : entry,
  )
}

function outcomeOf(op: number, outcome: Outcome): Falsify {
  return completes(op, () => ({ outcome }))
}

/** With more of what a proxy saw, or of anything else a sample can tell. */
function and(...told: Parameters<typeof journalOf>[0]): Falsify {
  return journal => {
    const more = journalOf(told).map(entry => ({ ...entry, index: journal.length + entry.index }))
    return [...journal, ...more].toSorted((a, b) => a.atMs - b.atMs)
  }
}

function isFrame(entry: Entry, client: number, id: string): entry is Of<'observed'> {
  return (
    entry.kind === 'observed' &&
    entry.client === client &&
    JSON.stringify(entry.value).includes(`"${id}"`)
  )
}

function seen(client: number, id: string, change: (value: object) => Json): Falsify {
  return each(entry =>
    isFrame(entry, client, id) ? { ...entry, value: change(Object(entry.value)) } : entry,
  )
}

function books(change: (rows: readonly Json[]) => readonly Json[]): Falsify {
  return each(entry => {
    if (entry.kind !== 'complete' || entry.f !== 'read' || entry.outcome.kind !== 'ok') return entry
    const { value } = entry.outcome
    return Array.isArray(value) ? { ...entry, outcome: ok(change(value)) } : entry
  })
}

const firstFinal = 1_000_000_000
const cut: Outcome = { kind: 'info', ended: 'cut', error: 'reset' }
const gaveUp: Outcome = { kind: 'info', ended: 'gave-up', error: 'no answer' }

const rows: readonly (readonly [string, string, Falsify, 'invalid' | 'unknown'])[] = [
  [
    'noLostWrites',
    'a write went under another key',
    each(entry => (entry.kind === 'invoke' && entry.op === 90 ? { ...entry, key: 'k90~' } : entry)),
    'invalid',
  ],
  ['noLostWrites', 'one final read was refused', outcomeOf(firstFinal + 90, refused), 'unknown'],
  [
    'noLostWrites',
    'one final read never came',
    each(e => ('op' in e && e.op === firstFinal + 90 ? undefined : e)),
    'unknown',
  ],
  [
    'noGapsNoDuplicates',
    'one subscriber has another place in the order',
    seen(1, 'm90', v => ({ ...v, seq: 90.5 })),
    'invalid',
  ],
  [
    'noGapsNoDuplicates',
    'two messages have one place',
    seen(1, 'm90', v => ({ ...v, seq: 89 })),
    'invalid',
  ],
  [
    'noGapsNoDuplicates',
    'a frame came in another channel',
    seen(1, 'm90', v => ({ ...v, channel: 'x' })),
    'invalid',
  ],
  [
    'noGapsNoDuplicates',
    'a frame carries an id nobody sent',
    seen(1, 'm90', v => ({ ...v, id: 'z' })),
    'invalid',
  ],
  ['noGapsNoDuplicates', 'a frame is unreadable', seen(1, 'm90', () => null), 'invalid'],
  [
    'noGapsNoDuplicates',
    'the channel of a confirmed message is not known',
    outcomeOf(90, ok({ id: 'm90' })),
    'unknown',
  ],
  [
    'jobsAccounted',
    'one job is pending',
    books(list =>
      list.map((row, n) => (n === 90 ? { ...Object(row), state: 'pending', effects: 0 } : row)),
    ),
    'invalid',
  ],
  [
    'jobsAccounted',
    'one job is dead and took effect',
    books(list => list.map((row, n) => (n === 90 ? { ...Object(row), state: 'dead' } : row))),
    'invalid',
  ],
  [
    'jobsAccounted',
    'one row cannot be read',
    books(list => list.map((row, n) => (n === 90 ? 7 : row))),
    'unknown',
  ],
  [
    'conservation',
    'one answer has no numbers',
    outcomeOf(90, ok({ stock: 'many', sold: 'few' })),
    'invalid',
  ],
  [
    'conservation',
    'one answer is off, before the fault',
    outcomeOf(9, ok({ stock: 1, sold: 1 })),
    'invalid',
  ],
  ['honestRefusals', 'one connection was cut', outcomeOf(150, cut), 'invalid'],
  ['honestRefusals', 'one client gave up', outcomeOf(150, gaveUp), 'invalid'],
  [
    'honestRefusals',
    'one refusal came late',
    completes(70, ({ atMs }) => ({ atMs: atMs + 500, latencyMs: 505 })),
    'invalid',
  ],
  [
    'honestRefusals',
    'one in flight at the strike was never answered',
    each(e => (e.kind === 'complete' && e.op === 39 ? undefined : e)),
    'invalid',
  ],
  [
    'longestOutage',
    'nothing is ok any more towards the end',
    each(e => (e.kind === 'complete' && e.op > 175 ? { ...e, outcome: refused } : e)),
    'invalid',
  ],
  [
    'longestOutage',
    'nothing is answered any more towards the end',
    each(e => (e.kind === 'complete' && e.op > 175 ? undefined : e)),
    'invalid',
  ],
  [
    'recovers',
    'a second failure comes long after',
    each(e => (e.kind === 'complete' && e.op > 190 ? { ...e, outcome: refused } : e)),
    'invalid',
  ],
  [
    'recovers',
    'the strike was never healed',
    each(e => (e.kind === 'fault' && e.step === 'healed' ? undefined : e)),
    'unknown',
  ],
  [
    'goodput',
    'half hang until after the heal',
    each(e =>
      e.kind === 'complete' && e.op >= 40 && e.op < 75
        ? { ...e, atMs: 12_000, latencyMs: 12_000 - e.op * 100 }
        : e,
    ),
    'invalid',
  ],
  [
    'deliveredWithin',
    'one of two subscribers sees nothing any more',
    each(e =>
      e.kind === 'observed' && e.client === 2 && e.what === 'frame' && e.atMs > 12_000
        ? undefined
        : e,
    ),
    'invalid',
  ],
  [
    'detectedWithin',
    'it cried wolf before',
    and({ kind: 'service', instance: 'api-2', event: 'alert', detail: null, atMs: 500 }),
    'invalid',
  ],
  [
    'alertFires',
    'it came back for a moment, long after',
    each(e => (e.kind === 'alerts' && e.atMs === 18_000 ? { ...e, active: [down] } : e)),
    'invalid',
  ],
  [
    'alertFires',
    'nobody looked for three seconds while it was broken',
    each(e => (e.kind === 'alerts' && e.atMs > 7_000 && e.atMs < 10_000 ? undefined : e)),
    'unknown',
  ],
  [
    'shutdownInTime',
    'it crashed instead',
    each(e => (e.kind === 'process' && e.step === 'exited' ? { ...e, signal: 'SIGSEGV' } : e)),
    'invalid',
  ],
  ['answersBelong', 'one answer says nothing of whose it is', outcomeOf(90, ok({})), 'unknown'],
  ['counterBounds', 'a confirmed addition was refused', outcomeOf(90, refused), 'invalid'],
  [
    'attemptsPerRequest',
    'a request was sent by four other commands',
    and(
      ...['GET', 'TTL', 'EVAL', 'SET'].map(message =>
        wire('request', 9_001, { key: 'x:k90', message }),
      ),
    ),
    'invalid',
  ],
  ['attemptsPerRequest', 'a message could not be read', and(wire('unparsed', 5_000)), 'unknown'],
  [
    'calmReconnects',
    'four connects just within a second',
    and(...[0, 333, 666, 999].map(ms => wire('connect', 12_000 + ms))),
    'invalid',
  ],
  [
    'breaker',
    'one closed without a probe',
    each(e => (e.kind === 'service' && JSON.stringify(e.detail).includes('half') ? undefined : e)),
    'invalid',
  ],
  [
    'breaker',
    'a request passed on another connection',
    and(wire('request', 6_000, { connection: 77 })),
    'invalid',
  ],
  [
    'callsAtOnce',
    'three were asked in the same moment, on connections of their own',
    and(...[71, 72, 73].map(connection => wire('request', 9_000, { connection }))),
    'invalid',
  ],
  [
    'requestsPerStrike',
    'two more came on another link',
    and(...[1, 2].map(connection => wire('request', 4_999, { link: 'api-2>redis', connection }))),
    'invalid',
  ],
  [
    'retryAfterObeyed',
    'another connection called meanwhile',
    and(wire('request', 6_000, { connection: 77 })),
    'invalid',
  ],
  [
    'neverRetried',
    'it was sent again by its trace',
    and(wire('request', 9_000, { trace: 'k1', connection: 77 })),
    'invalid',
  ],
  [
    'noLateWork',
    'one statement was sent twice as late as its caller waited',
    and(wire('request', 6_500, { trace: 'k1', connection: 77 })),
    'invalid',
  ],
  [
    'landedLetGo',
    'one was let go before the strike only',
    each(e =>
      e.kind === 'wire' && e.connection === 2 ? { ...e, atMs: 3_000, sourceAtMs: 3_000 } : e,
    ),
    'invalid',
  ],
  [
    'backOff',
    'the first wait was none',
    each(e =>
      e.kind === 'wire' && e.atMs === 4_200 ? { ...e, atMs: 4_101, sourceAtMs: 4_101 } : e,
    ),
    'invalid',
  ],
  [
    'fencing',
    'an old owner acts at the very end',
    and({
      kind: 'observed',
      workload: 'w',
      client: 0,
      what: 'effect',
      value: { key: 'run', owner: 'worker-0', token: 0 },
      atMs: 19_999,
    }),
    'invalid',
  ],
  [
    'staleness',
    'a final look shows the first value',
    completes(199, () => ({ outcome: ok(0) })),
    'invalid',
  ],
  [
    'bounded',
    'one sample lacks the figure, and all others',
    each(e => (e.kind === 'resources' ? { ...e, figures: {} } : e)),
    'unknown',
  ],
  [
    'victimsDoneOnce',
    'one victim was not read back',
    each(e => ('op' in e && e.op === firstFinal + 60 ? undefined : e)),
    'unknown',
  ],
]

describe.each(rows)('%s', (name, sentence, falsify, word) => {
  test(`tells that ${sentence}`, () => {
    const sample = samples[name]
    const journal = falsify(sample?.journal ?? [])
    expect(journal).not.toEqual(sample?.journal)
    expect(sample?.checker.check(journal).word).toBe(word)
  })
})

test('a gap of the journal leaves every check open', () => {
  for (const { checker, journal } of Object.values(samples)) {
    const gap = and({ kind: 'overflow', dropped: 1, why: 'full', atMs: 19_000 })(journal)
    expect([checker.name, checker.check(gap).word]).toEqual([checker.name, 'unknown'])
  }
})
