import { expect, test } from 'vitest'
import { deadlineIn, noDeadline, within } from './deadline.ts'

const never = new Promise<never>(() => {})

test('answers in time, and says that nothing was done when nothing was begun', async () => {
  using deadline = deadlineIn(20, 2)
  await expect(within(deadline, never)).rejects.toMatchObject({
    details: { code: 'deadline-exceeded', outcome: 'not-done', retryAfterSeconds: 2, status: 503 },
  })
})

test('says that it does not know once an effect was begun', async () => {
  using deadline = deadlineIn(20, 1)
  deadline.beginEffect()
  await expect(within(deadline, never)).rejects.toMatchObject({ details: { outcome: 'unknown' } })
})

test('lets no effect begin after it was said that there is none', async () => {
  using deadline = deadlineIn(10, 1)
  await expect(within(deadline, never)).rejects.toThrow()
  expect(() => deadline.beginEffect()).toThrow('Not finished within the deadline.')
})

test('gives the result, or the error, of work that ends in time', async () => {
  using deadline = deadlineIn(1_000, 1)
  expect(await within(deadline, Promise.resolve(7))).toBe(7)
  await expect(within(deadline, Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(deadline.remainingMs()).toBeGreaterThan(0)
})

test('control: without a deadline an answer may take for ever', async () => {
  const waited = Symbol('waited')
  const timer = new Promise(resolve => setTimeout(resolve, 50, waited))
  expect(await Promise.race([within(noDeadline, never), timer])).toBe(waited)
})
