import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { JournalFile } from '../journal/recorder.ts'
import { watchStalls } from './stalls.ts'

test('tells when the lab itself stood still', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-stalls-'))
  using journal = new JournalFile({ file: join(folder, 'journal.jsonl'), clock: systemClock })
  using _watching = watchStalls(journal, systemClock)
  await systemClock.sleep(50)
  const until = systemClock.nowMs() + 400
  while (systemClock.nowMs() < until) {
    // Stands still.
  }
  const stalledMs = () =>
    journal.readBack().map(entry => (entry.kind === 'stall' ? entry.stalledMs : 0))
  await expect.poll(() => Math.max(0, ...stalledMs()), { timeout: 10_000 }).toBeGreaterThan(300)
  await rm(folder, { recursive: true })
})
