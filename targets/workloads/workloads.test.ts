import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../lab/base/clock.ts'
import { seeded } from '../../lab/base/random.ts'
import { linearizableRegister } from '../../lab/checkers/linearizable-register.ts'
import { isolation } from '../../lab/checkers/list-append.ts'
import { JournalFile } from '../../lab/journal/recorder.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Workload } from '../../lab/model/workload.ts'
import { finalReads } from '../../lab/traffic/final-reads.ts'
import { startTraffic } from '../../lab/traffic/traffic.ts'
import { postgresLists } from '../../lab/workloads/postgres-lists.ts'
import { redisRegisters } from '../../lab/workloads/redis-registers.ts'
import { startPostgres } from '../postgres.ts'
import { startRedis } from '../redis.ts'
import { type TestRun, testRun } from '../testing/test-run.ts'

const system: LabSystem = {
  links: [],
  describe: () => ({}),
  [Symbol.asyncDispose]: async () => {},
}

/** What the journal has of a workload after so long, final reads included. */
async function played(run: TestRun, workload: Workload, forMs: number, during = async () => {}) {
  const file = join(run.runFolder, 'journal.jsonl')
  using journal = new JournalFile({ file, clock: systemClock })
  const context = { ...run, recorder: journal, defencesOff: [] }
  const desk = { recorder: journal, clock: systemClock, random: seeded(1) }
  await using traffic = await startTraffic([workload], one => one.open(system, context), desk)
  await Promise.race([traffic.failed, Promise.all([systemClock.sleep(forMs), during()])])
  await traffic.stop()
  await finalReads([workload], system, context, journal)
  const outcomes = journal
    .readBack()
    .flatMap(entry => (entry.kind === 'complete' ? [entry.outcome] : []))
  return { journal: [...journal.readBack()], outcomes }
}

test('registers of one Redis are linearizable, also over a restart of a server that keeps what it confirmed', async () => {
  await using run = await testRun()
  await using redis = await startRedis(run)
  const workload = redisRegisters({ perSecond: 100, keys: 6, clients: 6, at: () => redis })
  const { journal, outcomes } = await played(run, workload, 2_000, async () => {
    await systemClock.sleep(700)
    await redis.kill()
    await redis.restart()
  })
  const kinds = new Set(outcomes.map(({ kind }) => kind))
  expect(kinds.has('ok') && kinds.has('fail')).toBe(true)
  expect(linearizableRegister(workload).check(journal)).toMatchObject({ word: 'valid' })
})

test('control: a register that is overwritten behind the workload’s back is not linearizable', async () => {
  await using run = await testRun()
  await using redis = await startRedis(run)
  const workload = redisRegisters({ perSecond: 100, keys: 2, clients: 4, at: () => redis })
  const other = redisRegisters({ perSecond: 100, keys: 2, clients: 4, at: () => redis })
  const context = { ...run, recorder: { record: () => neverRead() }, defencesOff: [] }
  await using clients = await other.open(system, context)
  const { signal } = new AbortController()
  const { journal } = await played(run, workload, 1_500, async () => {
    await systemClock.sleep(700)
    const write = { f: 'write', key: 'registers:1', input: -1 }
    await clients.perform(write, 0, signal)
    await clients.perform({ ...write, key: 'registers:2' }, 0, signal)
    await systemClock.sleep(200)
  })
  expect(linearizableRegister(workload).check(journal)).toMatchObject({ word: 'invalid' })
})

function neverRead(): never {
  throw new Error('these clients observe nothing')
}

test('lists of Postgres are serializable where transactions are, and the conflicts are refused', async () => {
  await using run = await testRun()
  await using postgres = await startPostgres(run)
  const url = () => postgres.url
  const level = 'serializable'
  const workload = postgresLists({ perSecond: 150, keys: 3, clients: 8, level, url })
  const { journal, outcomes } = await played(run, workload, 2_000)
  const refused = outcomes.filter(each => each.kind === 'fail' && each.code === '40001')
  expect(refused.length).toBeGreaterThan(0)
  expect(isolation(workload, { level: 'serializable' }).check(journal).word).toBe('valid')
})

test('control: under read committed the same transactions are not serializable', async () => {
  await using run = await testRun()
  await using postgres = await startPostgres(run)
  const url = () => postgres.url
  const level = 'read committed'
  const workload = postgresLists({ perSecond: 150, keys: 3, clients: 8, level, url })
  const { journal } = await played(run, workload, 2_500)
  expect(isolation(workload, { level: 'serializable' }).check(journal).word).toBe('invalid')
})
