import { describe, expect, test } from 'vitest'
import { began, journalOf, type Told } from '../shared/journal-of.ts'
import { breaker } from './breaker.ts'

const wire = (what: 'connect' | 'request', atMs: number): Told => {
  return { kind: 'wire', link: 'api-1>redis', connection: 1, what, atMs }
}

describe('a breaker', () => {
  const guards = (instance: string, link: string) => link.startsWith(`${instance}>`)
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

  test('that never opened, or is another one, shows nothing', () => {
    expect(check().word).toBe('unknown')
    const detail = { name: 'other', state: 'open' }
    expect(check({ kind: 'service', instance: 'api-1', event: 'breaker', detail }).word).toBe(
      'unknown',
    )
  })

  test('in a run without faults may stay closed', () => {
    expect(check(began(true)).word).toBe('valid')
  })
})
