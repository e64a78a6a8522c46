import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import type { Clock } from '../base/clock.ts'
import { LabError } from '../base/errors.ts'
import type { Entry, Event, Recorder } from './journal.ts'
import { Redactor } from './redact.ts'
import { recordable } from './to-json.ts'

export interface JournalFileOptions {
  readonly file: string
  readonly clock: Clock
  /** Beyond this the journal takes only what the verdict needs; default 256 MiB. */
  readonly maxBytes?: number
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
])

/**
 * The one recorder of a run: numbers every event, takes the secrets out, and writes it before `record`
 * returns. It never throws: a disk that is full is told by `failure` and through `onFailure`, because faults must be
 * healed whatever happens to the record of it.
 */
export class JournalFile implements Recorder, Disposable {
  readonly entries: Entry[] = []
  readonly #listeners: ((entry: Entry) => void)[] = []
  readonly #failed: ((error: LabError) => void)[] = []
  readonly #options: JournalFileOptions
  readonly #startMs: number
  readonly #fd: number
  readonly #redactor = new Redactor()
  #bytes = 0
  #dropped = 0
  #failure: LabError | undefined
  #closed = false

  constructor(options: JournalFileOptions) {
    this.#options = options
    this.#startMs = options.clock.nowMs()
    this.#fd = openSync(options.file, 'a')
  }

  /** Why the file is incomplete; `entries` still has everything. */
  get failure(): LabError | undefined {
    return this.#failure
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
      index: this.entries.length,
      atMs: Math.round(this.nowMs() * 1000) / 1000,
      ...from,
      ...recordable(event),
    })
    const full = this.#bytes >= (this.#options.maxBytes ?? 256 * 1024 * 1024)
    if (full && !essential.has(event.kind)) {
      this.#dropped++
      if (this.#dropped === 1) {
        this.record({ kind: 'overflow', dropped: 1, why: 'the journal reached its size limit' })
      }
      return entry
    }
    this.entries.push(entry)
    this.#write(`${line}\n`)
    for (const listener of this.#listeners) listener(entry)
    return entry
  }

  /** The entries of the last `ms`, for probes over a window. */
  since(atMs: number): readonly Entry[] {
    let first = this.entries.length
    while (first > 0 && (this.entries[first - 1]?.atMs ?? -1) >= atMs) first--
    return this.entries.slice(first)
  }

  [Symbol.dispose](): void {
    if (this.#closed) return
    this.#closed = true
    if (!this.#failure) this.#attempt(() => fsyncSync(this.#fd))
    closeSync(this.#fd)
  }

  #write(line: string): void {
    if (this.#failure || this.#closed) return
    const bytes = Buffer.from(line)
    this.#bytes += bytes.length
    this.#attempt(() => {
      for (let sent = 0; sent < bytes.length; ) sent += writeSync(this.#fd, bytes, sent)
    })
  }

  #attempt(write: () => void): void {
    try {
      write()
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
    }
  }
}
