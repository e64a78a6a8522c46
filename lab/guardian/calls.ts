import type { Writable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { LabError } from '../base/errors.ts'
import type { ProcessId } from '../processes/process-table.ts'
import type { Exit } from './guarded-server.ts'
import { type Answer, answer, type Request } from './protocol.ts'

type Done = Extract<Answer, { kind: 'done' }>
/** A request before it has its number. */
type Unnumbered<R> = R extends unknown ? Omit<R, 'id'> : never

/** A server may take 3 s to stop and 5 s to be killed: one that is hung is told by far more. */
const callWithinMs = 20_000
/** All undos, the grace of all servers, and their end; longer where these count what they ran. */
const finishWithinMs = 20_000

/** The lab's end of the pipes to the guardian: requests and their answers. */
export class GuardianCalls {
  readonly ready: Promise<void>
  readonly #ready = Promise.withResolvers<void>()
  readonly #input: Writable
  readonly #clock: Clock
  readonly #end: () => void
  readonly #open = new Map<number, PromiseWithResolvers<Done>>()
  readonly #exitListeners = new Map<number, (exit: Exit) => void>()
  readonly #lost = new AbortController()
  #count = 0
  #finished = false

  /** `end`: kills the guardian, when it no longer answers. */
  constructor(input: Writable, clock: Clock, end: () => void) {
    this.#input = input
    this.#clock = clock
    this.#end = end
    this.ready = this.#ready.promise
    // Its end tells us; a broken pipe tells nothing more.
    input.on('error', () => {})
  }

  /** The run is being ended: every process may go. */
  get finished(): boolean {
    return this.#finished
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  onExit(server: number, listener: (exit: Exit) => void): void {
    this.#exitListeners.set(server, listener)
  }

  /**
   * @param extraMs How long the request may rightly take beyond the usual.
   * @throws {LabError} `guardian-lost`, also when it does not answer in time.
   */
  async call(request: Unnumbered<Request>, extraMs = 0): Promise<ProcessId | undefined> {
    return (await this.#send(request, callWithinMs + extraMs)).process
  }

  async finish(): Promise<readonly string[] | undefined> {
    this.#finished = true
    return this.#send({ do: 'finish' }, finishWithinMs).then(
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

  async #send(request: Unnumbered<Request>, withinMs: number): Promise<Done> {
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason
    const id = ++this.#count
    const open = Promise.withResolvers<Done>()
    this.#open.set(id, open)
    this.#input.write(`${JSON.stringify({ id, ...request })}\n`)
    const late = new AbortController()
    const silence = this.#clock.sleep(withinMs, late.signal).then(
      () => this.#giveUp(`no answer to "${request.do}" within ${withinMs / 1000} s`),
      () => {},
    )
    try {
      return await open.promise
    } finally {
      late.abort()
      await silence
    }
  }

  /** One that is stopped or stuck would hold up the run for ever: the lab cleans up without it. */
  #giveUp(how: string): void {
    this.#end()
    this.lose(how)
  }
}

function guardianLost(how: string): LabError {
  return new LabError({
    code: 'guardian-lost',
    expected: 'the guardian to live as long as the lab',
    found: how,
    why: 'without it nothing would clean up after a lab that is killed, so the run cannot go on',
    next: 'see its log beside the ledger in .lab/ledgers; was it killed or stopped by hand, or for memory?',
  })
}
