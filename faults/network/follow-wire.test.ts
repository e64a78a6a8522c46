import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../lab/base/clock.ts'
import { JournalFile } from '../../lab/journal/recorder.ts'
import { messagesOf, totalOf } from '../../lab/journal/wire-counters.ts'
import { followWire } from '../../lab/run/wire.ts'
import { client, upstream } from '../proxy/testing/proxied.ts'
import { faultBench } from '../testing/fault-bench.ts'

const question = '*2\r\n$3\r\nGET\r\n$6\r\ncart:1\r\n'
const answer = '$2\r\nok\r\n'

test('all that has passed a real proxy is counted, up to the moment its stream is closed', async () => {
  await using bench = await faultBench()
  await using server = await upstream(socket => {
    socket.on('data', data => socket.write(answer.repeat(data.length / question.length)))
  })
  const { system, at } = await bench.system('redis', { host: '127.0.0.1', port: server.port })
  await using talking = await client(`${at.host}:${at.port}`)
  const folder = await mkdtemp(join(tmpdir(), 'lab-wire-'))
  using journal = new JournalFile({ file: join(folder, 'journal.jsonl'), clock: systemClock })
  const counted = () =>
    journal.readBack().reduce((sum, entry) => {
      if (entry.kind !== 'wire-count') return sum
      return sum + totalOf(messagesOf(entry.counts, 'request'))
    }, 0)
  try {
    const missing: number[] = []
    for (let round = 1; round <= 10; round++) {
      const following = await followWire(system.links, {}, journal, systemClock)
      const before = { counted: counted(), bytes: talking.received().length }
      talking.write(question.repeat(round))
      await talking.bytes(before.bytes + round * answer.length)
      // What the 100 ms counter has not told yet is the case in question.
      if (counted() === before.counted) missing.push(round)
      await following[Symbol.asyncDispose]()
      expect(counted() - before.counted, `of round ${round}`).toBe(round)
    }
    expect(missing.length, 'rounds closed before the counter told them').toBeGreaterThan(5)
    expect(journal.readBack().filter(({ kind }) => kind === 'overflow')).toEqual([])
  } finally {
    await rm(folder, { recursive: true })
  }
})
