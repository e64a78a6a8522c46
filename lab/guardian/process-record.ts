import type { Event, Recorder } from '../journal/journal.ts'
import type { ProcessSpec } from '../model/guardian.ts'
import { logEnd } from '../processes/log-end.ts'
import type { Exit } from './guarded-server.ts'

type Told = Extract<Event, { kind: 'process' }>

/** Tells the journal what becomes of one server: of each of its incarnations, one after the other. */
export class ProcessRecord {
  readonly #recorder: Recorder | undefined
  readonly #spec: Pick<ProcessSpec, 'name' | 'logFile'>
  readonly #pids = new Map<number, number>()
  readonly #asked = new Set<number>()
  /** The exit of a process that ends at once may come before the answer to its start. */
  #early: Exit | undefined
  #incarnation = 0

  constructor(recorder: Recorder | undefined, spec: Pick<ProcessSpec, 'name' | 'logFile'>) {
    this.#recorder = recorder
    this.#spec = spec
  }

  spawned(incarnation: number, pid: number): void {
    this.#incarnation = incarnation
    this.#pids.set(incarnation, pid)
    this.tell('spawned')
    if (this.#early?.incarnation === incarnation) this.exited(this.#early)
  }

  /** From now on the end of the present incarnation is no surprise. */
  ask(): void {
    this.#asked.add(this.#incarnation)
  }

  exited(exit: Exit): void {
    const { incarnation, code, signal } = exit
    const pid = this.#pids.get(incarnation)
    if (pid === undefined) {
      this.#early = exit
      return
    }
    const log = logEnd(this.#spec.logFile)
    this.#record({
      step: 'exited',
      asked: this.#asked.has(incarnation),
      pid,
      ...(code === null ? {} : { code }),
      ...(signal === null ? {} : { signal }),
      ...(log === '' ? {} : { log }),
    })
  }

  tell(step: 'spawned' | 'ready' | 'paused' | 'resumed'): void {
    this.#record({ step, asked: true, pid: this.#pids.get(this.#incarnation) ?? 0 })
  }

  #record(what: Omit<Told, 'kind' | 'process'>): void {
    this.#recorder?.record({ kind: 'process', process: this.#spec.name, ...what })
  }
}
