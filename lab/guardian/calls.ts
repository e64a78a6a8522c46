import type { Writable } from 'node:stream'
import { LabError } from '../base/errors.ts'
import type { ProcessId } from '../processes/process-table.ts'
import type { Exit } from './guarded-server.ts'
import { type Answer, answer, type Request } from './protocol.ts'

type Done = Extract<Answer, { kind: 'done' }>
/** A request before it has its number. */
type Unnumbered<R> = R extends unknown ? Omit<R, 'id'> : never

/** The lab's end of the pipes to the guardian: requests and their answers. */
export class GuardianCalls {
  readonly ready: Promise<void>
  readonly #ready = Promise.withResolvers<void>()
  readonly #input: Writable
  readonly #open = new Map<number, PromiseWithResolvers<Done>>()
  readonly #exitListeners = new Map<number, (exit: Exit) => void>()
  readonly #lost = new AbortController()
  #count = 0
  #finished = false

  constructor(input: Writable) {
    this.#input = input
    this.ready = this.#ready.promise
    // Its end tells us; a broken pipe tells nothing more.
    input.on('error', () => {})
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  onExit(server: number, listener: (exit: Exit) => void): void {
    this.#exitListeners.set(server, listener)
  }

  async call(request: Unnumbered<Request>): Promise<ProcessId | undefined> {
    return (await this.#send(request)).process
  }

  async finish(): Promise<readonly string[] | undefined> {
    this.#finished = true
    return this.#send({ do: 'finish' }).then(
      done => done.problems ?? [],
      () => undefined,
    )
  }

  receive(line: string): void {
    const message = answer.parse(JSON.parse(line))
    if (message.kind === 'ready') this.#ready.resolve()
    else if (message.kind === 'exited') this.#exitListeners.get(message.server)?.(message)
    else this.#answer(message)
  }

  #answer(message: Extract<Answer, { id: number }>): void {
    const open = this.#open.get(message.id)
    this.#open.delete(message.id)
    if (message.kind === 'done') open?.resolve(message)
    else open?.reject(new Error(message.error))
  }

  /** The guardian has ended. */
  lose(how: string): void {
    const error = guardianLost(how)
    this.#ready.reject(error)
    for (const open of this.#open.values()) open.reject(error)
    this.#open.clear()
    if (!this.#finished) this.#lost.abort(error)
  }

  #send(request: Unnumbered<Request>): Promise<Done> {
    if (this.#lost.signal.aborted) return Promise.reject(this.#lost.signal.reason)
    const id = ++this.#count
    const open = Promise.withResolvers<Done>()
    this.#open.set(id, open)
    this.#input.write(`${JSON.stringify({ id, ...request })}\n`)
    return open.promise
  }
}

function guardianLost(how: string): LabError {
  return new LabError({
    code: 'guardian-lost',
    expected: 'the guardian to live as long as the lab',
    found: how,
    why: 'without it nothing would clean up after a lab that is killed, so the run cannot go on',
    next: 'see its log beside the ledger in .lab/ledgers; was it killed by hand, or for memory?',
  })
}
