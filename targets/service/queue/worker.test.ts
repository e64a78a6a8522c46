import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Failure } from '../failure.ts'
import { createWorker, NotYet } from './worker.ts'

/** What becomes of a job whose handler fails after so long. */
async function fateOf(
  afterMs: number,
  fault: Failure['fault'],
  error = new Error('statement timeout'),
): Promise<string> {
  const fate: string[] = []
  const work = createWorker({
    name: 'job',
    longMs: 50,
    queue: {
      policy: { leaseMs: 1_000, attempts: 3, backOff: undefined },
      take: async () => ({ id: 'job', attempts: 1 }),
      postpone: async () => void fate.push('postponed'),
    },
    handle: async () => {
      await pause(afterMs)
      throw error
    },
    failed: async () => void fate.push('failed'),
    classify: () => ({ fault, dependency: 'postgres', code: '57014', isAnswer: true }),
    log: { warn: () => {} },
  })
  await work()
  return fate.join()
}

test('what the server is in right now counts as no attempt', async () => {
  expect(await fateOf(0, 'server')).toBe('postponed')
  expect(await fateOf(0, 'victim')).toBe('postponed')
})

test('a failure that held the worker for long counts as one, whosever fault it is said to be', async () => {
  expect(await fateOf(80, 'server')).toBe('failed')
})

test('a job that waits for another has not been tried', async () => {
  expect(await fateOf(0, 'unknown', new NotYet('its message is on the way'))).toBe('postponed')
})

test('control: the fault of the work counts at once', async () => {
  expect(await fateOf(0, 'work')).toBe('failed')
})
