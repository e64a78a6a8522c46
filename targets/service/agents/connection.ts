import type { Logger } from 'pino'
import type { RawData, WebSocket } from 'ws'
import { runInContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import { toProblem } from '../http/problems.ts'
import type { Caller, Identity } from '../identity/identity.ts'
import { Problem } from '../problem.ts'
import { deadlineIn, noDeadline, within } from '../resilience/deadline.ts'
import { type ClientFrame, clientFrame, type ServerFrame } from './frames.ts'
import type { Runs } from './repository.ts'

export interface ConnectionParts {
  readonly runs: Runs
  readonly identity: Identity
  readonly defences: Defences
  readonly log: Pick<Logger, 'warn'>
}

const maxWaitingFrames = 64
const maxFollowed = 50

/** One person's web socket: asks for runs, and hears what they say, each event once and in order. */
export class Connection {
  readonly #parts: ConnectionParts
  readonly #socket: WebSocket
  /** Run → the last number sent. */
  readonly #followed = new Map<string, number>()
  #caller: Caller | undefined
  #turn: Promise<void> = Promise.resolve()
  #waiting = 0

  constructor(socket: WebSocket, parts: ConnectionParts) {
    this.#parts = parts
    this.#socket = socket
    socket.on('message', (data, isBinary) => this.#onFrame(data, isBinary))
    socket.on('error', err => parts.log.warn({ err }, 'web socket failed'))
  }

  /** Sends what the runs said since the last time. */
  async hear(): Promise<void> {
    if (this.#followed.size === 0) return
    for (const { type: event, ...said } of await this.#parts.runs.heard(this.#followed)) {
      // Followed anew or no longer while this was read: another look sends it.
      if (said.seq !== (this.#followed.get(said.runId) ?? Number.NaN) + 1) continue
      this.#followed.set(said.runId, said.seq)
      this.#send({ type: 'event', event, ...said })
      const isOver = event === 'agent_completed' || event === 'agent_failed'
      if (isOver) this.#followed.delete(said.runId)
    }
  }

  #onFrame(data: RawData, isBinary: boolean): void {
    const frame = isBinary ? undefined : clientFrame.safeParse(parseJson(data.toString())).data
    if (!frame) this.#socket.close(1008, 'not a frame of this protocol')
    else if (this.#waiting >= maxWaitingFrames) this.#socket.close(1013, 'try again later')
    else this.#enqueue(frame)
  }

  #enqueue(frame: ClientFrame): void {
    this.#waiting += 1
    this.#turn = this.#turn.then(async () => {
      this.#waiting -= 1
      if (this.#socket.readyState === this.#socket.OPEN) await this.#handleInContext(frame)
    })
  }

  async #handleInContext(frame: ClientFrame): Promise<void> {
    const { defences, log } = this.#parts
    const { defaultMs, retryAfterSeconds } = defences.settings('request-deadline')
    using deadline = defences.on('request-deadline')
      ? deadlineIn(defaultMs, retryAfterSeconds)
      : noDeadline
    const about = frame.type === 'auth' ? 'auth' : frame.id
    await runInContext({ requestId: about, deadline }, async () => {
      try {
        await within(deadline, this.#handle(frame, deadline.beginEffect))
      } catch (error) {
        const { code, outcome = 'not-done', status } = toProblem(error).details
        if (status >= 500) log.warn({ err: error, about, code }, 'frame failed')
        this.#send({ type: 'error', code, outcome, about })
      }
    })
  }

  async #handle(frame: ClientFrame, beginEffect: () => void): Promise<void> {
    const { identity, runs } = this.#parts
    if (frame.type === 'auth') {
      this.#caller = await identity.callerOfToken(frame.token)
      this.#followed.clear() // they were those of whoever was here before
      return this.#send({ type: 'authenticated', userId: this.#caller.userId })
    }
    const { userId } = this.#whoever()
    const { id } = frame
    if (this.#followed.size >= maxFollowed) {
      throw new Problem({ status: 429, code: 'too-many-runs', title: 'Too many runs at once.' })
    }
    if (frame.type === 'run') beginEffect()
    const isTheirs =
      frame.type === 'run'
        ? await runs.ask({ id, userId, trace: id, task: frame.task })
        : await runs.isOwnedBy(id, userId)
    if (!isTheirs) throw new Problem({ status: 404, code: 'not-found', title: 'No such run.' })
    this.#followed.set(id, frame.type === 'follow' ? frame.after : 0)
  }

  #whoever(): Caller {
    if (this.#caller) return this.#caller
    throw new Problem({ status: 401, code: 'unauthenticated', title: 'Sign in first.' })
  }

  #send(frame: ServerFrame): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(frame))
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
