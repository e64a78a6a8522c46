import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../base/json.ts'
import type { Outcome } from '../../journal/journal.ts'
import { journalOf, type Told } from '../shared/journal-of.ts'
import { noGapsNoDuplicates } from './no-gaps-no-duplicates.ts'

const workload = 'chat'
const judge = (told: readonly Told[]) =>
  noGapsNoDuplicates({ name: workload }).check(journalOf(told))
const check = (told: readonly Told[]) => judge([...told, { kind: 'phase', phase: 'final-reads' }])

const subscribed = (client: number, channel = 'a'): Told => {
  return { kind: 'observed', workload, client, what: 'subscribed', value: { channel } }
}
const frame = (client: number, seq: number, channel = 'a'): Told => {
  const value = { channel, seq, id: `m${seq}` }
  return { kind: 'observed', workload, client, what: 'frame', value }
}
const sent = (seq: number, kind: 'ok' | 'fail' | 'info' = 'ok'): readonly Told[] => {
  const id = `m${seq}`
  const outcome: Outcome =
    kind === 'ok'
      ? { kind, value: { channel: 'a', seq, id } }
      : { kind, ended: 'refused', error: 'refused: away' }
  const common = { workload, op: seq, client: 9, f: 'send' } as const
  return [
    { kind: 'invoke', ...common, input: { id }, intendedMs: 0 },
    { kind: 'complete', ...common, outcome, latencyMs: 1 },
  ]
}

describe('no gaps and no duplicates', () => {
  test('everything confirmed was seen once by all, in order', () => {
    const told = [
      ...[subscribed(1), subscribed(2), ...sent(1), frame(1, 1), frame(2, 1)],
      ...[...sent(2), frame(2, 2), frame(1, 2)],
    ]
    expect(check(told)).toMatchObject({ word: 'valid', figures: { confirmed: 2, frames: 4 } })
  })

  test.each([
    ['missing', [subscribed(1), ...sent(1), ...sent(2), frame(1, 2)]],
    ['duplicated', [subscribed(1), ...sent(1), frame(1, 1), frame(1, 1)]],
    ['reordered', [subscribed(1), ...sent(1), ...sent(2), frame(1, 2), frame(1, 1)]],
    ['leaked', [subscribed(1), ...sent(1), frame(1, 1), frame(3, 1)]],
    ['phantom', [subscribed(1), ...sent(1), frame(1, 1), frame(1, 7)]],
    ['refusedYetSeen', [subscribed(1), ...sent(1, 'fail'), frame(1, 1)]],
  ] as const)('a %s message is found', (sin, told) => {
    expect(check(told)).toMatchObject({ word: 'invalid', figures: { [sin]: 1 } })
  })

  test('a message of one channel that is seen in another is found', () => {
    const told = [subscribed(1), subscribed(1, 'b'), ...sent(1), frame(1, 1), frame(1, 1, 'b')]
    expect(check(told)).toMatchObject({ word: 'invalid', figures: { misrouted: 1 } })
  })

  test('two subscribers who saw opposite orders are found', () => {
    const seen = (client: number, id: string, seq: number): Told => {
      return { kind: 'observed', workload, client, what: 'frame', value: { channel: 'a', seq, id } }
    }
    const told = [
      ...[subscribed(1), subscribed(2), ...sent(1), ...sent(2)],
      ...[seen(1, 'm1', 1), seen(1, 'm2', 2), seen(2, 'm2', 1), seen(2, 'm1', 2)],
    ]
    expect(check(told)).toMatchObject({ word: 'invalid', figures: { disagreed: 4 } })
  })

  test('altered content is found where both sides tell it', () => {
    const text = (value: Json, part: string): Json => ({ ...Object(value), text: part })
    const run = (seen: string) =>
      check([
        subscribed(1),
        ...sent(1).map(
          (e): Told => (e.kind === 'invoke' ? { ...e, input: text(e.input, 'hi') } : e),
        ),
        ...[frame(1, 1)].map(
          (e): Told => (e.kind === 'observed' ? { ...e, value: text(e.value, seen) } : e),
        ),
      ])
    expect(run('hi')).toMatchObject({ word: 'valid', figures: { compared: 1 } })
    expect(run('ho')).toMatchObject({ word: 'invalid', figures: { altered: 1 } })
  })

  test('a confirmed message that was sent again without an answer, and seen by nobody, is owed', () => {
    const again = sent(1, 'info').map((e): Told => ('op' in e ? { ...e, op: 77 } : e))
    const told = [subscribed(1), ...sent(1), ...again, ...sent(2), frame(1, 2)]
    expect(check(told)).toMatchObject({ word: 'invalid', figures: { missing: 1 } })
  })

  test('a frame that nobody can read leaves it open', () => {
    const broken: Told = { kind: 'observed', workload, client: 1, what: 'frame', value: 'noise' }
    expect(check([subscribed(1), ...sent(1), frame(1, 1), broken]).word).toBe('unknown')
  })

  test('an unconfirmed message that one subscriber saw is owed to the others', () => {
    const told = [subscribed(1), subscribed(2), ...sent(1, 'info'), frame(1, 1)]
    expect(check(told)).toMatchObject({ word: 'invalid', figures: { missing: 1 } })
  })

  test('a subscriber is owed nothing that was sent before it came', () => {
    const told = [subscribed(1), ...sent(1), frame(1, 1), subscribed(2), ...sent(2)]
    const finding = check([...told, frame(1, 2), frame(2, 2)])
    expect(finding.word).toBe('valid')
  })

  test.each([
    ['an empty history', []],
    ['nothing confirmed', [subscribed(1), ...sent(1, 'info')]],
    ['no subscription', sent(1)],
  ] as const)('%s shows nothing', (_, told) => {
    expect(check(told).word).toBe('unknown')
  })

  test('a deaf subscriber is no vacuous one', () => {
    expect(check([subscribed(1), ...sent(1)]).word).toBe('invalid')
  })

  test('a run that was cut short cannot tell what is missing, but can tell what is wrong', () => {
    expect(judge([subscribed(1), ...sent(1), ...sent(2), frame(1, 2)]).word).toBe('unknown')
    expect(judge([subscribed(1), ...sent(1), frame(1, 1), frame(1, 1)]).word).toBe('invalid')
  })

  test('any faithful delivery is valid, and dropping or repeating any frame is found', () => {
    const size = fc.record({
      clients: fc.integer({ min: 1, max: 5 }),
      messages: fc.integer({ min: 1, max: 20 }),
    })
    fc.assert(
      fc.property(size, fc.nat(), ({ clients, messages }, chosen) => {
        const people = Array.from({ length: clients }, (_, client) => client)
        const frames = Array.from({ length: messages }, (_, i) =>
          people.map(c => frame(c, i + 1)),
        ).flat()
        const sends = Array.from({ length: messages }, (_, i) => sent(i + 1)).flat()
        const head = [...people.map(c => subscribed(c)), ...sends]
        expect(check([...head, ...frames]).word).toBe('valid')
        const at = chosen % frames.length
        const dropped = [...head, ...frames.toSpliced(at, 1)]
        expect(check(dropped)).toMatchObject({ word: 'invalid', figures: { missing: 1 } })
        const repeated = [...head, ...frames, ...frames.slice(at, at + 1)]
        expect(check(repeated)).toMatchObject({ word: 'invalid', figures: { duplicated: 1 } })
      }),
      { numRuns: 50 },
    )
  })
})
