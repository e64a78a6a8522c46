import { closeSync, openSync, readSync } from 'node:fs'
import { LabError } from '../base/errors.ts'
import type { Entry } from './journal.ts'
import { parseEntry } from './read-journal.ts'

const chunkBytes = 2 ** 20

/**
 * The entries in the first `bytes` bytes of a journal that is being written, which are whole lines.
 * @throws {Error} when they cannot be read.
 */
export function* readBack(file: string, bytes: number): Generator<Entry> {
  const fd = openSync(file, 'r')
  try {
    let begun = Buffer.alloc(0)
    for (let place = 0; place < bytes; ) {
      const chunk = Buffer.alloc(Math.min(chunkBytes, bytes - place))
      const read = readSync(fd, chunk, 0, chunk.length, place)
      if (read === 0) throw broken(file, `${place} bytes of ${bytes}`)
      place += read
      const whole = Buffer.concat([begun, chunk.subarray(0, read)])
      const end = whole.lastIndexOf(10) + 1
      begun = whole.subarray(end)
      if (end > 0) yield* entriesOf(file, whole.toString('utf8', 0, end - 1))
    }
  } finally {
    closeSync(fd)
  }
}

function* entriesOf(file: string, lines: string): Generator<Entry> {
  for (const line of lines.split('\n')) {
    const parsed = parseEntry(line)
    if ('problem' in parsed) throw broken(file, parsed.problem)
    yield parsed.entry
  }
}

function broken(file: string, found: string): LabError {
  return new LabError({
    code: 'journal-broken',
    expected: `to read back what was written to ${file}`,
    found,
    why: 'Something else writes to the journal of a run, or cuts it.',
    next: 'Run the experiment again, and leave its folder alone meanwhile.',
  })
}
