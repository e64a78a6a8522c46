import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { runInContext } from '../context.ts'
import { createDefences, type DefenceName } from '../defences.ts'
import { createMetrics } from '../metrics.ts'
import { Problem } from '../problem.ts'
import { createBreaker } from './breaker.ts'
import { deadlineIn, noDeadline } from './deadline.ts'

const resetMs = 100
const volume = 5

function breakerWithout(off: readonly DefenceName[] = [], log = pino({ level: 'silent' })) {
  const settings = { volume, resetMs, fairMs: 60_000 }
  return createBreaker(
    'somebody',
    createDefences(off, { 'circuit-breaker': settings }),
    createMetrics('breaker'),
    log,
  )
}
type Breaker = ReturnType<typeof breakerWithout>

const fail = () => Promise.reject(new Error('broken'))
const patient = <T>(work: () => Promise<T>) =>
  runInContext({ requestId: 'patient', deadline: noDeadline }, work)

/** A call that takes longer than its caller waits. */
async function hasty(breaker: Breaker): Promise<void> {
  using deadline = deadlineIn(1, 1)
  const { signal } = deadline
  const work = () => pause(60_000, undefined, signal && { signal })
  await runInContext({ requestId: 'hasty', deadline }, () => breaker.run(work)).catch(() => {})
}

/** A call whose caller hangs up, and that ends with what the caller would be told. */
async function hangingUp(breaker: Breaker): Promise<void> {
  using deadline = deadlineIn(60_000, 1)
  const work = async () => {
    deadline.hangUp()
    deadline.signal?.throwIfAborted()
  }
  await runInContext({ requestId: 'gone', deadline }, () => breaker.run(work)).catch(() => {})
}

async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i++) await work().catch(() => {})
}

const codeOf = (error: unknown) => (error instanceof Problem ? error.details.code : 'not refused')
const refusalOf = (breaker: Breaker) =>
  patient(() => breaker.run(async () => 'served')).catch(codeOf)

describe('a circuit breaker', () => {
  test('refuses after failures, and closes when a probe succeeds', async () => {
    const breaker = breakerWithout()
    await times(2 * volume, () => patient(() => breaker.run(fail)))
    expect(await refusalOf(breaker)).toBe('circuit-open')
    await expect.poll(() => refusalOf(breaker)).toBe('served')
  })

  test('logs each change of its state', async () => {
    const lines: string[] = []
    const log = pino({ level: 'warn' }, { write: line => lines.push(line) })
    const breaker = breakerWithout([], log)
    await times(2 * volume, () => patient(() => breaker.run(fail)))
    await expect.poll(() => refusalOf(breaker)).toBe('served')
    const states = lines.map(line => z.object({ state: z.string() }).parse(JSON.parse(line)).state)
    expect(states).toEqual(['open', 'half-open', 'closed'])
  })

  test('lets one probe at a time through while it is half open', async () => {
    const breaker = breakerWithout()
    await times(2 * volume, () => patient(() => breaker.run(fail)))
    await pause(2 * resetMs)
    const { promise, resolve } = Promise.withResolvers<string>()
    const probe = patient(() => breaker.run(() => promise))
    expect(await refusalOf(breaker)).toBe('circuit-open')
    resolve('served')
    expect(await probe).toBe('served')
    expect(await refusalOf(breaker)).toBe('served')
  })

  test('counts what its caller ended early neither as a failure nor as a success', async () => {
    const breaker = breakerWithout()
    await times(4 * volume, () => hasty(breaker))
    expect(await refusalOf(breaker)).toBe('served')
    // As successes they would outweigh these.
    await times(volume, () => patient(() => breaker.run(fail)))
    expect(await refusalOf(breaker)).toBe('circuit-open')
  })

  test('counts a call whose caller hung up as no success of a dependency that fails', async () => {
    const breaker = breakerWithout()
    await times(4 * volume, () => hangingUp(breaker))
    await times(volume, () => patient(() => breaker.run(fail)))
    expect(await refusalOf(breaker)).toBe('circuit-open')
  })

  test('neither closes nor opens by a probe that its caller ended early', async () => {
    const breaker = breakerWithout()
    await times(2 * volume, () => patient(() => breaker.run(fail)))
    await pause(2 * resetMs)
    await hasty(breaker)
    const { promise, resolve } = Promise.withResolvers<string>()
    const probe = patient(() => breaker.run(() => promise))
    expect(await refusalOf(breaker)).toBe('circuit-open')
    resolve('served')
    expect(await probe).toBe('served')
  })

  test('control: without hasty-callers the haste of some is the refusal of all', async () => {
    const breaker = breakerWithout(['hasty-callers'])
    await times(2 * volume, () => hasty(breaker))
    expect(await refusalOf(breaker)).toBe('circuit-open')
    const another = breakerWithout(['hasty-callers'])
    await times(2 * volume, () => hangingUp(another))
    expect(await refusalOf(another)).toBe('circuit-open')
  })
})
