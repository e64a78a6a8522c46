import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest'
import { classify } from '../../service/failure.ts'
import { createLookout } from '../../service/postgres/lookout.ts'
import { createWorker } from '../../service/queue/worker.ts'
import { loop } from '../../service/resilience/loop.ts'
import { eventually } from '../person.ts'
import type { Place } from '../servers.ts'
import { test } from '../warm.ts'
import { type Bench, bench, type Job, policy, ways } from './jobs.ts'

const log = pino({ level: 'silent' })
const done = sql`state = 'done'`
const dead = sql`state = 'dead'`
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
const briefly = { ...policy, leaseMs: 100 }
const leaseOver = () => pause(150)

let place: Place
test.beforeAll(async ({ warm }) => {
  place = await warm()
})
afterAll(() => place[Symbol.asyncDispose]())

describe.each(ways)('a queue of jobs, on %s', way => {
  let jobs: Bench
  beforeAll(async () => {
    jobs = await bench(place, way)
  })
  beforeEach(() => jobs.clear())
  afterAll(() => jobs[Symbol.asyncDispose]())

  test('gives the first that is due, each to one worker only', async () => {
    await jobs.add(['one', 'two'])
    const [here, there] = [jobs.open(policy), jobs.open(policy, 'other')]
    expect(await here.take()).toMatchObject({ id: 'one', attempts: 1 })
    expect(await there.take()).toMatchObject({ id: 'two', attempts: 1 })
    expect(await here.take()).toBeUndefined()
  })

  test('gives some of the jobs in an order of their own', async () => {
    await jobs.add(['one', 'two'])
    await jobs.add(['three'], 'b')
    const which = { only: sql`lane = 'a'`, order: sql`place desc` }
    const queue = jobs.open(policy)
    expect((await queue.take(which))?.id).toBe('two')
    expect((await queue.take(which))?.id).toBe('one')
    expect(await queue.take(which)).toBeUndefined()
  })

  test('never gives one to two who take at the same moment', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `job-${index}`)
    await jobs.add(ids)
    const takers = Array.from({ length: 8 }, (_, index) =>
      jobs.open(policy, index % 2 ? 'this' : 'other'),
    )
    const taken = await Promise.all(
      takers.map(async queue => {
        const mine: string[] = []
        for (let job = await queue.take(); job; job = await queue.take()) mine.push(job.id)
        return mine
      }),
    )
    expect(taken.flat().sort()).toEqual(ids.sort())
  })

  test('gives a job again when the lease of its worker is over, and not before', async () => {
    await jobs.add(['one'])
    const queue = jobs.open({ ...policy, leaseMs: 1_000 })
    await queue.take()
    expect(await queue.take()).toBeUndefined()
    const again = await eventually(
      () => queue.take(),
      job => job !== undefined,
    )
    expect(again).toMatchObject({ id: 'one', attempts: 2 })
  })

  test('control: without a lease a job stays with its dead worker', async () => {
    await jobs.add(['one'])
    const queue = jobs.open({ ...briefly, leaseMs: undefined })
    await queue.take()
    await leaseOver()
    expect(await queue.take()).toBeUndefined()
  })

  test('takes nothing from who lost its lease but the word that it is done', async () => {
    await jobs.add(['one'])
    const [slow, next] = [jobs.open(briefly), jobs.open(policy, 'other')]
    const late = await given(slow)
    await leaseOver()
    const held = await given(next)
    await slow.again(late, 0)
    await slow.postpone(late, 0)
    await slow.bury(late, dead)
    expect(await slow.take()).toBeUndefined()
    // Not all three speak of row locks.
    if (way !== 'SQLite') {
      expect(await jobs.engine.transaction(trx => slow.hold(trx, late))).toBeUndefined()
      expect(await jobs.engine.transaction(trx => next.hold(trx, held))).toEqual(held)
    }
    await slow.done(jobs.engine.db, late, done)
    await next.bury(held, dead)
    expect(await jobs.ids('done')).toEqual(['one'])
  })

  test('gives a job again after as long as its holder says', async () => {
    await jobs.add(['one'])
    const queue = jobs.open(policy)
    await queue.again(await given(queue), 60_000)
    expect(await queue.take()).toBeUndefined()
    await jobs.add(['two'])
    await queue.again(await given(queue), 0)
    expect(await given(queue)).toMatchObject({ id: 'two', attempts: 2 })
  })

  test('does not count an attempt that was postponed', async () => {
    await jobs.add(['one'])
    const queue = jobs.open(policy)
    for (let i = 0; i < 5; i++) {
      const job = await given(queue)
      expect(job.attempts).toBe(1)
      await queue.postpone(job, 0)
    }
  })
})

async function given(queue: { take(): Promise<Job | undefined> }): Promise<Job> {
  const job = await queue.take()
  if (!job) throw new Error('None was due.')
  return job
}

describe('a worker at a queue', () => {
  let jobs: Bench
  beforeAll(async () => {
    jobs = await bench(place, 'PostgreSQL')
  })
  beforeEach(async () => {
    await jobs.clear()
    await jobs.add(['one'])
  })
  afterAll(() => jobs[Symbol.asyncDispose]())

  /** What was said of each attempt that failed. */
  function worker(handle: () => Promise<void>, bounds = policy) {
    const queue = jobs.open(bounds)
    const fates: (number | undefined)[] = []
    const work = createWorker<Job>({
      name: 'job',
      queue,
      log,
      classify,
      handle: async job => {
        await handle()
        await queue.done(jobs.engine.db, job, done)
      },
      failed: (job, _error, againInMs) => {
        fates.push(againInMs)
        return againInMs === undefined ? queue.bury(job, dead) : queue.again(job, 0)
      },
    })
    return { queue, fates, work }
  }
  const fail = async () => {
    throw new Error('no')
  }

  test('does the next job, and says when there is none', async () => {
    const { work } = worker(async () => {})
    expect([await work(), await work()]).toEqual([true, false])
    expect(await jobs.ids('done')).toEqual(['one'])
  })

  test('backs off from what fails, and has it dead after so many attempts', async () => {
    const { work, fates } = worker(fail)
    while (await work());
    expect(fates).toEqual([expect.any(Number), expect.any(Number), undefined])
    expect(fates[0]).toBeGreaterThanOrEqual(200)
    expect(fates[1]).toBeGreaterThanOrEqual(400)
    expect(await jobs.ids('dead')).toEqual(['one'])
  })

  test('control: without an end and back-off it is tried for ever, at once', async () => {
    const { work, fates } = worker(fail, { ...policy, attempts: undefined, backOff: undefined })
    for (let i = 0; i < 10; i++) await work()
    expect(new Set(fates)).toEqual(new Set([0]))
    expect(await jobs.ids('open')).toEqual(['one'])
  })

  test('has a job dead that took as many workers with it', async () => {
    const killing = jobs.open({ ...policy, leaseMs: 0 })
    for (let i = 0; i < 3; i++) await given(killing)
    let begun = 0
    const { work, fates } = worker(async () => void begun++)
    await work()
    expect([begun, fates]).toEqual([0, [undefined]])
    expect(await jobs.ids('dead')).toEqual(['one'])
  })

  test("counts no attempt that failed by the database's trouble", async () => {
    const full = Object.assign(new Error('disk full'), { code: '53100', severity: 'ERROR' })
    const { work, fates, queue } = worker(() => Promise.reject(full))
    await work()
    expect(fates).toEqual([])
    const again = await eventually(
      () => queue.take(),
      job => job !== undefined,
    )
    expect(again).toMatchObject({ id: 'one', attempts: 1 })
  })

  test('is woken when there is something to do, and not before', async () => {
    const { work, queue } = worker(async () => {})
    await work()
    let looks = 0
    const lookout = createLookout(jobs.engine.db, log)
    const stop = new AbortController()
    const { signal } = stop
    const running = Promise.all([
      lookout.keep(signal),
      loop('jobs', () => work().finally(() => looks++), lookout.loopUntil(queue.waiting(), signal)),
    ])
    await pause(600)
    expect(looks).toBe(1)
    await jobs.add(['two'])
    await eventually(
      () => jobs.ids('done'),
      ids => ids.length === 2,
    )
    stop.abort()
    await running
  })
})
