import { describe, expect, test } from 'vitest'
import type { WireEvent } from '../../journal/journal.ts'
import { began, journalOf, type Told } from '../shared/journal-of.ts'
import { breaker } from './breaker.ts'

const wire = (what: 'connect' | 'request', atMs: number, message = 'SET'): Told => {
  return { kind: 'wire', link: 'api-1>redis', connection: 1, what, message, atMs }
}

describe('a breaker', () => {
  const guards = (instance: string, { link }: WireEvent) => link.startsWith(`${instance}>`)
  const checker = breaker({ name: 'redis', guards, graceMs: 10 })
  const says = (state: string, atMs: number): Told => {
    return {
      kind: 'service',
      instance: 'api-1',
      event: 'breaker',
      detail: { name: 'redis', state },
      atMs,
    }
  }
  const check = (...told: readonly Told[]) => checker.check(journalOf(told))
  const closes = [says('half-open', 500), wire('request', 520), says('closed', 540)] as const

  test('that opens, probes once and closes keeps its word', () => {
    expect(
      check(wire('request', 0), says('open', 100), wire('request', 105), ...closes),
    ).toMatchObject({
      word: 'valid',
      figures: { opened: 1 },
    })
  })

  test.each<readonly [string, readonly Told[]]>([
    ['passes a request while open', [says('open', 100), wire('request', 200), ...closes]],
    [
      'probes too much',
      [says('open', 100), ...closes.slice(0, 2), wire('request', 530), says('closed', 540)],
    ],
    ['stays open', [says('open', 100)]],
    ['closes without a probe', [says('open', 100), says('closed', 200)]],
  ])('that %s is found', (_, told) => {
    expect(check(...told).word).toBe('invalid')
  })

  test('of which no guarded message was seen shows nothing', () => {
    const opened = [says('open', 100), says('half-open', 500), says('closed', 540)]
    expect(check(...opened).word).toBe('unknown')
    const none = breaker({ name: 'redis', guards: () => false })
    expect(none.check(journalOf([wire('request', 0), ...opened])).word).toBe('unknown')
  })

  test('that lets a flood pass while half open is found', () => {
    const flood = Array.from({ length: 500 }, (_, n) => wire('request', 500 + n / 12))
    const told = [says('open', 100), says('half-open', 500), ...flood, says('closed', 549)]
    expect(check(...told)).toMatchObject({ word: 'invalid' })
  })

  test('that flaps is found, and one that opens too often', () => {
    const times = Array.from({ length: 20 }, (_, n) => n * 40)
    const flapping = times.flatMap((ms, n) =>
      n % 2 ? [says('half-open', ms), says('closed', ms + 1)] : [says('open', ms)],
    )
    expect(check(wire('request', 0), ...flapping)).toMatchObject({
      word: 'invalid',
      figures: { tooBrief: 10 },
    })
    const twice = [says('open', 100), ...closes, says('open', 600)]
    const more = [says('half-open', 900), wire('request', 920), says('closed', 940)]
    const once = breaker({ name: 'redis', guards, graceMs: 10, opensAtMost: 1 })
    expect(check(...twice, ...more).word).toBe('valid')
    expect(once.check(journalOf([...twice, ...more])).word).toBe('invalid')
  })

  test('of one instance that never opens, though the other does, is found', () => {
    const other: Told[] = [
      { kind: 'process', process: 'api-2', step: 'ready', asked: true, pid: 2, atMs: 0 },
      { kind: 'wire', link: 'api-2>redis', connection: 9, what: 'request', atMs: 300 },
    ]
    const told = [wire('request', 0), says('open', 100), ...other, ...closes]
    expect(check(...told)).toMatchObject({ word: 'invalid', figures: { neverOpened: 1 } })
    const opens = (name: string) => name === 'api-1'
    const one = breaker({ name: 'redis', guards, graceMs: 10, opens })
    expect(one.check(journalOf(told)).word).toBe('valid')
  })

  test('that was open when its process was killed is explained', () => {
    const killed: Told = {
      kind: 'process',
      process: 'api-1',
      step: 'exited',
      asked: true,
      pid: 1,
      atMs: 300,
    }
    expect(check(wire('request', 0), says('open', 100), killed, wire('request', 700)).word).toBe(
      'valid',
    )
    expect(check(wire('request', 0), says('open', 100), wire('request', 700)).word).toBe('invalid')
  })

  test('whose events cannot be read leaves it open', () => {
    const noise: Told = { kind: 'service', instance: 'api-1', event: 'breaker', detail: 'noise' }
    expect(check(wire('request', 0), says('open', 100), ...closes, noise).word).toBe('unknown')
  })

  test('that never opened, or is another one, shows nothing', () => {
    expect(check().word).toBe('unknown')
    const detail = { name: 'other', state: 'open' }
    expect(check({ kind: 'service', instance: 'api-1', event: 'breaker', detail }).word).toBe(
      'unknown',
    )
  })

  test('that guards only some messages of a link is judged by those', () => {
    const [read, write] = [wire('request', 300, 'GET'), wire('request', 300)]
    const told = (whileOpen: Told) => [
      wire('request', 0),
      says('open', 100),
      whileOpen,
      ...closes.slice(0, 2),
      wire('request', 521, 'GET'),
      ...closes.slice(2),
    ]
    const isSet = (instance: string, event: WireEvent) =>
      guards(instance, event) && event.message === 'SET'
    const ofWrites = breaker({ name: 'redis', guards: isSet, graceMs: 10 })
    expect(ofWrites.check(journalOf(told(read))).word).toBe('valid')
    expect(ofWrites.check(journalOf(told(write))).word).toBe('invalid')
    expect(check(...told(read)).word, 'of all messages').toBe('invalid')
    const elsewhere = breaker({ name: 'redis', guards: isSet, links: ({ name }) => name === 'x' })
    expect(elsewhere.check(journalOf(told(write))).word, 'on other links').toBe('unknown')
    const ofNone = breaker({ name: 'redis', guards: (_, { message }) => message === 'DEL' })
    expect(ofNone.check(journalOf(told(read))).word).toBe('unknown')
  })

  test('in a run without faults may stay closed', () => {
    expect(check(began(true)).word).toBe('valid')
  })
})
