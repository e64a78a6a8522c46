import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Outcome } from '../journal/journal.ts'
import type { Operation, Workload, WorkloadClients } from '../model/workload.ts'
import type { Pace } from './pace.ts'
import {
  type OperationRecorder,
  perform,
  recordComplete,
  recordInvoke,
  type Started,
} from './perform.ts'

/** What traffic uses of the run it belongs to. */
export interface TrafficContext {
  readonly recorder: OperationRecorder
  readonly clock: Clock
  readonly random: Random
  /** A word to the person who watches. */
  readonly progress?: (message: string) => void
  /** Traffic that people turn up and down, by the workload's name; it has no rate to be held to. */
  readonly paces?: ReadonlyMap<string, Pace>
  /** It ends by itself after so long; default half an hour. */
  readonly atMostMs?: number
}

const shed: Outcome = { kind: 'info', ended: 'shed', error: 'the lab did not send it' }

/** The operations of one workload: starts them, at most `maxInFlight` at once, and records them. */
export class Operations {
  readonly #workload: Workload<never>
  readonly #clients: WorkloadClients
  readonly #context: TrafficContext
  readonly #inputs: Iterator<Operation>
  readonly #failed = new AbortController()
  #started = 0
  #inFlight = 0
  #settled: (() => void) | undefined

  constructor(workload: Workload<never>, clients: WorkloadClients, context: TrafficContext) {
    this.#workload = workload
    this.#clients = clients
    this.#context = context
    this.#inputs = workload.operations(context.random.fork(`inputs/${workload.name}`))
  }

  /** How many were started, those included that were shed. */
  get started(): number {
    return this.#started
  }

  /** Aborted as soon as the workload throws, which is the lab's own error. */
  get failed(): AbortSignal {
    return this.#failed.signal
  }

  /** Starts the next one, by default of the next client; undefined when there are no more. */
  start(
    intendedMs: number,
    client = this.#started % this.#workload.clients,
  ): { readonly ended: Promise<void> } | undefined {
    const next = this.#inputs.next()
    if (next.done) return undefined
    const { name: workload, maxInFlight } = this.#workload
    const op = this.#started++
    const started = { workload, op, client, operation: next.value, intendedMs }
    recordInvoke(this.#context.recorder, started)
    if (this.#inFlight < maxInFlight) return { ended: this.#run(started) }
    recordComplete(this.#context.recorder, started, shed, this.#context.clock)
    return { ended: Promise.resolve() }
  }

  /**
   * Resolves when all answers are in or given up.
   * @throws what the workload threw.
   */
  async settled(): Promise<void> {
    if (this.#inFlight > 0 && !this.failed.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#settled = resolve
      await promise
    }
    this.failed.throwIfAborted()
  }

  async #run(started: Started): Promise<void> {
    const { recorder, clock } = this.#context
    this.#inFlight++
    try {
      const outcome = await perform(this.#workload, this.#clients, started, clock)
      recordComplete(recorder, started, outcome, clock)
    } catch (error) {
      this.#failed.abort(error)
    } finally {
      this.#inFlight--
      if (this.#inFlight === 0 || this.failed.aborted) this.#settled?.()
    }
  }
}
