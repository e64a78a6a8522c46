import type { CrewAct } from '../../journal/crew.ts'
import type { JournalFile } from '../../journal/recorder.ts'
import type { Person } from './person.ts'

/** Writes what people did, signed, and numbers what they make. */
export class CrewLog {
  readonly #journal: JournalFile
  #lastId: number

  constructor(journal: JournalFile) {
    this.#journal = journal
    // Behind all numbers of before, where a day goes on.
    this.#lastId = journal.count
  }

  record({ name: by, role }: Person, act: CrewAct): void {
    this.#journal.record({ kind: 'crew', by, role, act })
  }

  /** `note-12` */
  id(what: string): string {
    return `${what}-${++this.#lastId}`
  }
}
