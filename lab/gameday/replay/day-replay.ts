import { LabError } from '../../base/errors.ts'
import { readOwnLines } from '../../base/own-file.ts'
import type { Role } from '../../journal/crew-words.ts'
import type { Entry } from '../../journal/journal.ts'
import { parseEntry } from '../../journal/read-journal.ts'
import type { Sample } from '../../journal/sample.ts'
import { DayState } from '../record/day-state.ts'
import { keptSamples } from '../record/kept-samples.ts'
import { dayView } from '../view/day-view.ts'
import { type Mark, marksOf } from '../view/marks.ts'
import type { Moment } from '../view/moment.ts'
import { samplesFor } from '../view/samples-for.ts'

const mostBytes = 400 * 2 ** 20
/** What a state and its plots are made of; operations and counts of wires are in the samples. */
const kept: ReadonlySet<Entry['kind']> = new Set([
  ...(['crew', 'fault', 'system', 'error', 'process', 'probe', 'alerts', 'sample'] as const),
])

/** A day again, from its journal alone: what each role could see at each moment. */
export class DayReplay {
  readonly #entries: readonly Entry[]
  #state = new DayState()
  #taken = 0

  constructor(entries: Iterable<Entry>) {
    this.#entries = [...entries].filter(({ kind }) => kept.has(kind))
  }

  /**
   * Of the journal in this file; a last line that is not whole is left out, since the day may have been
   * killed, or go on. @throws {LabError} `no-day` where it holds no day.
   */
  static async of(file: string): Promise<DayReplay> {
    const entries: Entry[] = []
    let problem: string | undefined
    for await (const lines of readOwnLines(file, mostBytes)) {
      for (const line of lines) {
        if (problem !== undefined) throw noDay(file, problem)
        const parsed = parseEntry(line)
        if ('problem' in parsed) problem = parsed.problem
        else if (kept.has(parsed.entry.kind)) entries.push(parsed.entry)
      }
    }
    const [first] = entries
    if (first?.kind !== 'crew' || first.act.did !== 'opened') throw noDay(file, 'something else')
    return new DayReplay(entries)
  }

  get title(): string {
    return this.#at(this.toMs).opened?.title ?? ''
  }

  /** The end of the day, or of what is written of it. */
  get toMs(): number {
    return this.#entries.at(-1)?.atMs ?? 0
  }

  /** All that happened, for the axis of the replay. */
  get marks(): readonly Mark[] {
    return marksOf(this.#at(this.toMs))
  }

  /** What this role could see at that moment; of the samples those after `afterMs`. */
  moment(atMs: number, role: Role, afterMs = -1): Moment {
    const state = this.#at(atMs)
    const samples: Sample[] = []
    for (let i = this.#taken - 1; i >= 0 && samples.length < keptSamples; i--) {
      const entry = this.#entries[i]
      if (!entry || entry.atMs <= afterMs) break
      if (entry.kind === 'sample') samples.push(sampleOf(entry))
    }
    const shown = samplesFor(role, state, samples.reverse())
    return { view: dayView(state, role), samples: shown }
  }

  /** Goes on from where it is; back it begins anew. */
  #at(atMs: number): DayState {
    if (atMs < this.#state.atMs) {
      this.#state = new DayState()
      this.#taken = 0
    }
    for (; this.#taken < this.#entries.length; this.#taken++) {
      const entry = this.#entries[this.#taken]
      if (!entry || entry.atMs > atMs) break
      this.#state.take(entry)
    }
    return this.#state
  }
}

function sampleOf(entry: Extract<Entry, { kind: 'sample' }>): Sample {
  const { atMs, traffic, wire, parts, steady, drawn } = entry
  return { atMs, traffic, wire, parts, steady, ...(drawn && { drawn }) }
}

function noDay(file: string, found: string): LabError {
  return new LabError(
    {
      code: 'no-day',
      expected: `the journal of a game day in ${file}`,
      found,
      why: 'Only what the journal tells can be shown again.',
      next: 'name the folder of a day: runs/game-day-shop/<time>',
    },
    'usage',
  )
}
