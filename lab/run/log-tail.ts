import { type FileHandle, open } from 'node:fs/promises'
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { JournalFile } from '../journal/recorder.ts'
import type { ServiceLog } from '../model/service-log.ts'

const lookEveryMs = 100
const chunkBytes = 256 * 1024
/** A line without an end is no line. */
const longestLineBytes = 1024 * 1024

/**
 * Follows the logs into `service` entries, from their first line on, until disposed; what is written
 * by then is read. Lines are dated by their writer, on the run's scale: one machine has one clock.
 */
export function followLogs(
  logs: readonly ServiceLog[],
  recorder: JournalFile,
  clock: Clock,
): AsyncDisposable {
  const over = new AbortController()
  const wallToRunMs = Math.round(recorder.nowMs() - clock.wall().getTime())
  const tails = logs.map(log => new LogTail(log, recorder, wallToRunMs))
  const following = follow(tails, clock, over.signal)
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort()
      await following
      for (const tail of tails) await tail.end()
    },
  }
}

async function follow(tails: readonly LogTail[], clock: Clock, signal: AbortSignal) {
  while (!signal.aborted) {
    for (const tail of tails) await tail.read()
    await clock.sleep(lookEveryMs, signal).catch(() => {})
  }
}

/** One log, and how far it has been read. */
class LogTail {
  readonly #log: ServiceLog
  readonly #recorder: JournalFile
  readonly #wallToRunMs: number
  readonly #buffer = Buffer.alloc(chunkBytes)
  #file: FileHandle | undefined
  #rest: Buffer = Buffer.alloc(0)
  #position = 0
  #isLost = false

  constructor(log: ServiceLog, recorder: JournalFile, wallToRunMs: number) {
    this.#log = log
    this.#recorder = recorder
    this.#wallToRunMs = wallToRunMs
  }

  /** Takes all whole lines there are. What cannot be read is told once, as a gap of the journal. */
  async read(): Promise<void> {
    if (this.#isLost) return
    try {
      this.#file ??= await open(this.#log.file, 'r')
      for (;;) {
        const { bytesRead } = await this.#file.read(this.#buffer, 0, chunkBytes, this.#position)
        if (bytesRead === 0) return
        this.#position += bytesRead
        this.#take(Buffer.concat([this.#rest, this.#buffer.subarray(0, bytesRead)]))
      }
    } catch (error) {
      this.#isLost = true
      const why = `the log of ${this.#log.instance}: ${messageOf(error)}`
      this.#recorder.record({ kind: 'overflow', dropped: 1, why })
    }
  }

  async end(): Promise<void> {
    await this.read()
    await this.#file?.close()
  }

  #take(bytes: Buffer): void {
    const end = bytes.lastIndexOf('\n') + 1
    const rest = bytes.subarray(end)
    this.#rest = rest.length > longestLineBytes ? Buffer.alloc(0) : rest
    for (const line of bytes.toString('utf8', 0, end).split('\n')) {
      if (line !== '') this.#tell(line)
    }
  }

  #tell(line: string): void {
    const { instance, parse } = this.#log
    const told = parse(line)
    if (!told) return
    const { event, detail, wallMs } = told
    const from = wallMs === undefined ? {} : { sourceAtMs: wallMs + this.#wallToRunMs }
    this.#recorder.record(
      { kind: 'service', instance, event, detail },
      { source: instance, ...from },
    )
  }
}
