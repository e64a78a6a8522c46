import { expect, test as plainTest, vi } from 'vitest'
import type { Entry } from '../journal/journal.ts'
import { running } from '../testing/counter-run.ts'
import { counter } from '../testing/counter-target.ts'

const test = plainTest.concurrent

vi.setConfig({ testTimeout: 120_000 })

const lives = 'setInterval(() => {}, 1_000)'
const crashes = `${lives}; setTimeout(() => { throw new Error('out of paper') }, 1_500)`

const stepsOf = (journal: readonly Entry[], name: string) =>
  journal.flatMap(entry =>
    entry.kind === 'process' && entry.process === name
      ? [`${entry.step}${entry.asked ? '' : ' by itself'}`]
      : [],
  )

test('a run in which another server of the target crashes is not held, and shows its log', async () => {
  await using it = await running({ target: counter({ helper: crashes }) })
  expect(it.conclusion.verdict).not.toBe('held')
  const reason = it.reasons.find(each => each.includes('helper'))
  expect(reason).toMatch(
    /helper ended by itself at \d+ ms, with code 1, of an error that nobody caught: Error: out of paper; its log says:/,
  )
  expect(reason).toContain('out of paper')
  expect(stepsOf(it.journal, 'helper')).toEqual(['spawned', 'exited by itself'])
})

test('nothing is said of a server that lives, nor of ends that a strike or the lab asked for', async () => {
  await using it = await running({ target: counter({ helper: lives }) })
  // A busy machine may have other reasons.
  expect(it.reasons.filter(reason => reason.includes('ended by itself'))).toEqual([])
  expect(stepsOf(it.journal, 'helper')).toEqual(['spawned', 'exited'])
  const killedAndBack = ['spawned', 'ready', 'exited', 'spawned', 'ready', 'exited']
  expect(stepsOf(it.journal, 'counter')).toEqual(killedAndBack)
})

test('a run in which a process of the service dies unasked is not held', async () => {
  let pid: number | undefined
  const kill = (entry: Entry) => {
    if (entry.kind === 'process' && entry.process === 'counter') pid ??= entry.pid
    if (entry.kind === 'phase' && entry.phase === 'inject' && pid) process.kill(pid, 'SIGKILL')
  }
  await using it = await running(
    { recoverWithin: '1s' },
    { faultsOff: true, observe: journal => journal.onEntry(kill) },
  )
  expect(it.conclusion.verdict).not.toBe('held')
  expect(it.reasons.join('\n')).toMatch(/counter ended by itself at \d+ ms, by SIGKILL/)
})
