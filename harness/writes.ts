import type { Json } from '../lab/base/json.ts'
import type { Entry, Event, Outcome } from '../lab/journal/journal.ts'
import { firstFinalOp } from '../lab/journal/journal.ts'
import type { Finding } from '../lab/model/checker.ts'

export interface WritesOptions {
  /** Whether an error says that nothing was done. Default: never, an error leaves it uncertain. */
  readonly refused?: (error: unknown) => boolean
}

export interface AttemptOptions {
  /** What must be found of it; default anything. */
  readonly value?: Json
}

/** What one attempt came to: `info` may or may not have been done. */
export type Attempted = Outcome['kind']

/** What a key is found to hold: nothing (`null`, `undefined`, `[]`), or one thing, or each of a list. */
export type ReadBack = (key: string) => Promise<unknown>

const workload = 'writes'
const uncertain = { kind: 'info', ended: 'cut' } as const
const refusal = { kind: 'fail', ended: 'refused' } as const

/**
 * Writes that a test attempts while it hurts something, for `expect(writes).toLoseNoWrites(read)`: what
 * was confirmed must be there once, what was refused must not, what ended without an answer may be.
 */
export class Writes {
  readonly #entries: Entry[] = []
  readonly #refused: (error: unknown) => boolean
  readonly #began = performance.now()
  #count = 0

  constructor({ refused = () => false }: WritesOptions = {}) {
    this.#refused = refused
  }

  /** Never rejects. A `Response` counts by its status: below 400 done, below 500 refused, else uncertain. */
  async attempt(
    key: string,
    action: () => Promise<unknown>,
    { value = null }: AttemptOptions = {},
  ): Promise<Attempted> {
    return (await this.#perform(this.#count++, 'write', key, action, value)).kind
  }

  /** Reads every key that was attempted, and judges. Again after more attempts is allowed. */
  async judge(read: ReadBack): Promise<Finding> {
    const { noLostWrites } = await import('../lab/checkers/effects/no-lost-writes.ts')
    const attempted = [...this.#entries]
    const keys = new Set(attempted.flatMap(one => (one.kind === 'invoke' ? (one.key ?? []) : [])))
    const reads = new Writes()
    let op = firstFinalOp
    for (const key of keys) await reads.#readBack(op++, key, read)
    const journal = [...attempted, ...reads.#entries].map((entry, index) => ({ ...entry, index }))
    const promised = ({ input }: { readonly input: Json }) => (input === null ? undefined : input)
    return noLostWrites({ name: workload }, { promised }).check(journal)
  }

  async #readBack(op: number, key: string, read: ReadBack): Promise<void> {
    const found = [await read(key)].flat().filter(one => one !== null && one !== undefined)
    this.#record({
      ...this.#operation(op, 'read', key),
      kind: 'invoke',
      input: null,
      intendedMs: 0,
    })
    this.#end(op, 'read', key, { kind: 'ok', value: JSON.parse(JSON.stringify(found)) })
  }

  async #perform(
    op: number,
    f: string,
    key: string,
    action: () => Promise<unknown>,
    input: Json,
  ): Promise<Outcome> {
    this.#record({
      ...this.#operation(op, f, key),
      kind: 'invoke',
      input,
      intendedMs: this.#nowMs(),
    })
    const outcome = await action().then(outcomeOf, (error: unknown): Outcome => {
      return { ...(this.#refused(error) ? refusal : uncertain), error: `${error}` }
    })
    this.#end(op, f, key, outcome)
    return outcome
  }

  #operation(op: number, f: string, key: string) {
    return { workload, op, client: 0, f, key }
  }

  #end(op: number, f: string, key: string, outcome: Outcome): void {
    const { workload, client } = this.#operation(op, f, key)
    this.#record({ kind: 'complete', workload, op, client, f, outcome, latencyMs: 0 })
  }

  #record(event: Event): void {
    const [index, atMs] = [this.#entries.length, this.#nowMs()]
    this.#entries.push({ ...event, index, atMs, source: 'test' })
  }

  #nowMs(): number {
    return performance.now() - this.#began
  }
}

/** Starts to record. */
export function recordWrites(options: WritesOptions = {}): Writes {
  return new Writes(options)
}

function outcomeOf(answer: unknown): Outcome {
  if (!(answer instanceof Response) || answer.status < 400) return { kind: 'ok', value: null }
  const { status } = answer
  return { ...(status < 500 ? refusal : uncertain), status, error: `HTTP ${status}` }
}
