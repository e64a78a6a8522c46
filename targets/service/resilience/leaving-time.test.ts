import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { currentContext, runInContext } from '../context.ts'
import { type Deadline, deadlineIn, noDeadline } from './deadline.ts'
import { leavingTime } from './leaving-time.ts'

const endless = () => new Promise<never>(() => {})
const asked = (deadline: Deadline, work: () => Promise<unknown>) =>
  runInContext({ requestId: 'trace-1', deadline }, () => leavingTime(work))

test('ends what lasts too long while the caller still has time', async () => {
  using deadline = deadlineIn(3_000, 1)
  await expect(asked(deadline, endless)).rejects.toMatchObject({
    details: { code: 'deadline-exceeded' },
  })
  expect(deadline.signal?.aborted).toBe(false)
})

test('gives the result, and its work less time than the caller has', async () => {
  using deadline = deadlineIn(3_000, 1)
  const leftMs = await asked(deadline, async () => currentContext().deadline.remainingMs())
  expect(leftMs).toBeGreaterThan(0)
  expect(leftMs).toBeLessThanOrEqual(2_850)
  expect(await asked(noDeadline, async () => currentContext().deadline.remainingMs())).toBe(
    Number.POSITIVE_INFINITY,
  )
})

test('ends at once when the caller hangs up', async () => {
  using deadline = deadlineIn(60_000, 1)
  const ended = vi.fn()
  const work = async () => {
    await once(currentContext().deadline.signal ?? new EventTarget(), 'abort')
    ended()
  }
  const answer = asked(deadline, work)
  deadline.hangUp()
  await expect(answer).rejects.toMatchObject({ details: { code: 'hung-up' } })
  expect(ended).toHaveBeenCalledOnce()
})

test('begins nothing when there is no time left', async () => {
  using deadline = deadlineIn(1, 1)
  await once(deadline.signal ?? new EventTarget(), 'abort')
  const work = vi.fn(endless)
  await expect(asked(deadline, work)).rejects.toMatchObject({
    details: { code: 'deadline-exceeded' },
  })
  expect(work).not.toHaveBeenCalled()
})
