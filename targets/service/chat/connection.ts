import type { Logger } from 'pino'
import type { RawData, WebSocket } from 'ws'
import { runInContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import { toProblem } from '../http/problems.ts'
import type { Caller, Identity } from '../identity/identity.ts'
import { Problem } from '../problem.ts'
import { deadlineIn, noDeadline, within } from '../resilience/deadline.ts'
import { createFloodGate } from './flood-gate.ts'
import { type ClientFrame, clientFrame, type ServerFrame } from './frames.ts'
import type { Hub } from './hub.ts'
import type { Messages } from './repository.ts'
import type { Chat } from './service.ts'
import { Subscription } from './subscription.ts'

export interface ConnectionParts {
  readonly chat: Chat
  readonly hub: Hub
  readonly messages: Messages
  readonly identity: Identity
  readonly onSlowConsumer: () => void
  readonly defences: Defences
  readonly log: Pick<Logger, 'warn'>
}

/** Frames of one client waiting for their turn; more than this and it is closed with 1013. */
const maxWaitingFrames = 256
const maxSubscriptions = 100

/** One client's web socket: reads its frames one after the other, in the order they came. */
export class Connection {
  readonly #parts: ConnectionParts
  readonly #socket: WebSocket
  readonly #client: string
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #admits: () => boolean
  #caller: Caller | undefined
  #turn: Promise<void> = Promise.resolve()
  #waiting = 0

  constructor(socket: WebSocket, client: string, parts: ConnectionParts) {
    this.#parts = parts
    this.#socket = socket
    this.#client = client
    this.#admits = createFloodGate(parts.defences)
    socket.on('message', (data, isBinary) => this.#onFrame(data, isBinary))
    socket.on('close', () => this.#onClose())
    socket.on('error', err => parts.log.warn({ err, client }, 'web socket failed'))
  }

  /** @param after the last number the client has; none: from now on. */
  subscribe(channel: string, after?: number): void {
    this.#enqueue({ type: 'subscribe', channel, ...(after !== undefined && { after }) })
  }

  #onFrame(data: RawData, isBinary: boolean): void {
    const frame = this.#read(data, isBinary)
    if ('code' in frame) this.#socket.close(frame.code, frame.reason)
    else this.#enqueue(frame)
  }

  #read(data: RawData, isBinary: boolean): ClientFrame | { code: number; reason: string } {
    if (isBinary) return { code: 1003, reason: 'text frames only' }
    if (!this.#admits()) return { code: 1008, reason: 'too many frames' }
    const json = parseJson(data.toString())
    if (json === undefined) return { code: 1007, reason: 'not JSON' }
    const frame = clientFrame.safeParse(json)
    return frame.success ? frame.data : { code: 1008, reason: 'not a frame of this protocol' }
  }

  #enqueue(frame: ClientFrame): void {
    this.#waiting += 1
    if (this.#waiting > maxWaitingFrames) this.#socket.close(1013, 'try again later')
    this.#turn = this.#turn.then(async () => {
      this.#waiting -= 1
      if (this.#socket.readyState === this.#socket.OPEN) await this.#handleInContext(frame)
    })
  }

  async #handleInContext(frame: ClientFrame): Promise<void> {
    const { defences } = this.#parts
    const { defaultMs, retryAfterSeconds } = defences.settings('request-deadline')
    // Replaying may take long, and is bounded query by query.
    const bounded = frame.type === 'send' && defences.on('request-deadline')
    using deadline = bounded ? deadlineIn(defaultMs, retryAfterSeconds) : noDeadline
    const about = aboutOf(frame)
    await runInContext({ requestId: about, deadline }, async () => {
      try {
        await within(deadline, this.#handle(frame))
      } catch (error) {
        const { code, outcome = 'not-done', status } = toProblem(error).details
        if (status >= 500) this.#parts.log.warn({ err: error, about, code }, 'frame failed')
        this.#send({ type: 'error', code, outcome, about })
        // Half a replay is a gap: let the client come back with what it has.
        if (frame.type === 'subscribe' && status >= 500) this.#socket.close(1013, 'try again later')
      }
    })
  }

  async #handle(frame: ClientFrame): Promise<void> {
    switch (frame.type) {
      case 'auth':
        this.#caller = await this.#parts.identity.callerOfToken(frame.token)
        return this.#send({ type: 'authenticated', userId: this.#caller.userId })
      case 'send': {
        refuseStranger(frame.channel, this.#caller)
        const { type: _, ...message } = frame
        const seq = await this.#parts.chat.send(message, this.#client)
        this.#send({ type: 'sent', id: frame.id, seq })
        this.#parts.chat.announce({ ...message, seq })
        return
      }
      case 'subscribe':
        refuseStranger(frame.channel, this.#caller)
        return this.#subscribe(frame.channel, frame.after)
      case 'unsubscribe':
        this.#unsubscribe(frame.channel)
        this.#send({ type: 'unsubscribed', channel: frame.channel })
    }
  }

  async #subscribe(channel: string, after: number | undefined): Promise<void> {
    if (this.#subscriptions.size >= maxSubscriptions) {
      return this.#socket.close(1008, 'too many subscriptions')
    }
    this.#unsubscribe(channel)
    const { hub, messages, defences } = this.#parts
    const { pageSize, maxReplay } = defences.settings('websocket-resume')
    const deliver = (text: string) => this.#write(text)
    const onReset = (seq: number) => this.#send({ type: 'reset', channel, seq })
    const feed = await hub.acquire(channel)
    const options = { channel, feed, messages, pageSize, maxReplay, deliver, onReset }
    const subscription = new Subscription(options)
    this.#subscriptions.set(channel, subscription)
    this.#send({ type: 'subscribed', channel })
    if (after !== undefined && defences.on('websocket-resume')) await subscription.startAfter(after)
    else subscription.startLive()
    if (this.#socket.readyState !== this.#socket.OPEN) this.#unsubscribe(channel)
  }

  #unsubscribe(channel: string): void {
    this.#subscriptions.get(channel)?.stop()
    if (this.#subscriptions.delete(channel)) this.#parts.hub.release(channel)
  }

  #onClose(): void {
    for (const channel of this.#subscriptions.keys()) this.#unsubscribe(channel)
  }

  #send(frame: ServerFrame): void {
    this.#write(JSON.stringify(frame))
  }

  #write(text: string): void {
    const { defences, log } = this.#parts
    if (this.#socket.readyState !== this.#socket.OPEN) return
    const { maxBufferedBytes } = defences.settings('slow-consumer-guard')
    if (defences.on('slow-consumer-guard') && this.#socket.bufferedAmount > maxBufferedBytes) {
      this.#parts.onSlowConsumer()
      log.warn({ event: 'slow-consumer', client: this.#client }, 'closed a slow consumer')
      this.#socket.terminate() // a close frame would wait behind what it does not read
    } else {
      this.#socket.send(text)
    }
  }
}

/** `private:USER-ID:…` belongs to that person; every other channel to everybody. */
function refuseStranger(channel: string, caller: Caller | undefined): void {
  const owner = /^private:([^:]+)/.exec(channel)?.[1]
  if (owner === undefined || owner === caller?.userId) return
  throw new Problem({ status: 403, code: 'forbidden', title: 'This channel is not yours.' })
}

function aboutOf(frame: ClientFrame): string {
  if (frame.type === 'auth') return 'auth'
  return frame.type === 'send' ? frame.id : frame.channel
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
