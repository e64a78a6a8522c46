import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import type { Clock } from '../base/clock.ts'
import { LabError } from '../base/errors.ts'
import type { Entry, Event, Journal, Recorder } from './journal.ts'
import { readBack } from './read-back.ts'
import { RecentEntries } from './recent-entries.ts'
import { Redactor } from './redact.ts'
import { recordable } from './to-json.ts'

export interface JournalFileOptions {
  readonly file: string
  readonly clock: Clock
  /** Beyond this the journal takes only what the verdict needs; default 256 MiB. */
  readonly maxBytes?: number
  /** For so long `since` answers from memory, beyond that from the file; default 10 s. */
  readonly keepMs?: number
  /** The file has entries already, whole lines of so many bytes: it goes on behind them. */
  readonly after?: { readonly count: number; readonly bytes: number; readonly atMs: number }
}

/** Kinds that are written even when the journal is full: without them no verdict could be told. */
const essential: ReadonlySet<Event['kind']> = new Set([
  'phase',
  'fault',
  'probe',
  'preflight',
  'abort',
  'error',
  'note',
  'stall',
  'process',
  'overflow',
  'crew',
])

/**
 * The one recorder of a run: numbers every event, takes the secrets out, and writes it before `record`
 * returns. It never throws: a disk that is full is told by `failure` and through `onFailure`, because faults must be
 * healed whatever happens to the record of it.
 *
 * Of traffic it holds only the latest in memory, so that a long run needs no more than a short one.
 */
export class JournalFile implements Recorder, Disposable {
  readonly #recent: RecentEntries
  /** What the verdict needs most, in case that the file cannot be read back. */
  readonly #essential: Entry[] = []
  /** What the file does not have: it could not be written, or was closed. */
  readonly #unwritten: Entry[] = []
  readonly #listeners: ((entry: Entry) => void)[] = []
  readonly #failed: ((error: LabError) => void)[] = []
  readonly #options: JournalFileOptions
  readonly #startMs: number
  readonly #fd: number
  readonly #redactor = new Redactor()
  #count = 0
  /** Of whole lines in the file. */
  #bytes = 0
  #dropped = 0
  #failure: LabError | undefined
  #closed = false

  constructor(options: JournalFileOptions) {
    this.#options = options
    const { count = 0, bytes = 0, atMs = 0 } = options.after ?? {}
    this.#startMs = options.clock.nowMs() - atMs
    this.#count = count
    this.#bytes = bytes
    this.#fd = openSync(options.file, 'a')
    this.#recent = new RecentEntries(options.keepMs ?? 10_000)
  }

  /** Why the file is incomplete; `readBack` still has everything. */
  get failure(): LabError | undefined {
    return this.#failure
  }

  /** How many entries there are so far. */
  get count(): number {
    return this.#count
  }

  /** Now, in ms since the run began: the scale of every `atMs`. */
  nowMs(): number {
    return this.#options.clock.nowMs() - this.#startMs
  }

  /** A moment of the lab's clock on the scale of the run. */
  toRunMs(clockMs: number): number {
    return clockMs - this.#startMs
  }

  onEntry(listener: (entry: Entry) => void): void {
    this.#listeners.push(listener)
  }

  onFailure(listener: (error: LabError) => void): void {
    this.#failed.push(listener)
  }

  record(
    event: Event,
    from: { readonly source: string; readonly sourceAtMs?: number } = { source: 'lab' },
  ): Entry {
    const { value: entry, line } = this.#redactor.redact<Entry>({
      index: this.#count,
      atMs: Math.round(this.nowMs() * 1000) / 1000,
      ...from,
      ...recordable(event),
    })
    const full = this.#bytes >= (this.#options.maxBytes ?? 256 * 1024 * 1024)
    if (full && !essential.has(event.kind) && event.kind !== 'sample') {
      this.#dropped++
      if (this.#dropped === 1) {
        this.record({ kind: 'overflow', dropped: 1, why: 'the journal reached its size limit' })
      }
      return entry
    }
    this.#count++
    this.#recent.push(entry)
    if (entry.kind === 'run' || essential.has(entry.kind)) this.#essential.push(entry)
    if (!this.#write(`${line}\n`)) this.#unwritten.push(entry)
    for (const listener of this.#listeners) listener(entry)
    return entry
  }

  /** The entries from a moment on, in ms since the run began, for probes over a window. */
  since(atMs: number): Journal {
    return this.#recent.since(atMs) ?? this.readBack().filter(entry => entry.atMs >= atMs)
  }

  /**
   * All entries so far, one after the other, read back from the file.
   * @throws {Error} where it can be read no longer.
   */
  *entries(): Generator<Entry> {
    yield* readBack(this.#options.file, this.#bytes)
    yield* this.#unwritten
  }

  /** The same at once; of a file that can be read no longer, what is left of it in memory. */
  readBack(): Journal {
    try {
      return [...this.entries()]
    } catch {
      const left = [...this.#essential, ...this.#recent.all(), ...this.#unwritten]
      return [...new Set(left)].sort((a, b) => a.index - b.index)
    }
  }

  [Symbol.dispose](): void {
    if (this.#closed) return
    this.#closed = true
    if (!this.#failure) this.#attempt(() => fsyncSync(this.#fd))
    closeSync(this.#fd)
  }

  /** Whether it stands in the file. */
  #write(line: string): boolean {
    if (this.#failure || this.#closed) return false
    const bytes = Buffer.from(line)
    return this.#attempt(() => {
      for (let sent = 0; sent < bytes.length; ) sent += writeSync(this.#fd, bytes, sent)
      this.#bytes += bytes.length
    })
  }

  #attempt(write: () => void): boolean {
    try {
      write()
      return true
    } catch (cause) {
      this.#failure = new LabError({
        code: 'journal-unwritable',
        expected: `to write the run's journal to ${this.#options.file}`,
        found: cause instanceof Error ? cause.message : String(cause),
        why: 'Without a complete record nothing can be concluded; faults are healed all the same.',
        next: 'Free some disk space (old runs are in runs/), then run again with the same seed.',
        cause,
      })
      for (const listener of this.#failed) listener(this.#failure)
      return false
    }
  }
}
