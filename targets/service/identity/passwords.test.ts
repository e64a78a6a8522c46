import { expect, test } from 'vitest'
import { runInContext } from '../context.ts'
import { createDefences } from '../defences.ts'
import { deadlineIn } from '../resilience/deadline.ts'
import { createPasswords } from './passwords.ts'

/** What becomes of one whose deadline passes while ten others are hashed for. */
async function waitInVain(off: 'password-bulkhead'[]) {
  const passwords = createPasswords(
    createDefences(off, { 'password-bulkhead': { concurrent: 1, waiting: 100 } }),
  )
  using deadline = deadlineIn(1, 1)
  const others = Array.from({ length: 10 }, () => passwords.hash('somebody'))
  const late = runInContext({ requestId: 'late', deadline }, () => passwords.hash('late'))
  const [outcome] = await Promise.allSettled([late, ...others])
  return outcome
}

test('who waited past the deadline is not hashed for', async () => {
  expect(await waitInVain([])).toMatchObject({
    reason: { details: { code: 'deadline-exceeded' } },
  })
})

test('control: without the bulkhead everybody is hashed for, in time or not', async () => {
  expect(await waitInVain(['password-bulkhead'])).toMatchObject({ status: 'fulfilled' })
})
