import { WebSocket } from 'ws'
import type { Instance } from './application.ts'
import { eventually } from './person.ts'

/** What any module's web socket may say. */
export interface Frame {
  readonly type: string
  readonly id?: string
  readonly about?: string
  readonly code?: string
  readonly channel?: string
  readonly text?: string
  readonly seq?: number
  readonly event?: string
  readonly runId?: string
  readonly data?: unknown
  readonly lane?: string
  readonly trace?: string
  readonly cursor?: string
  readonly messageId?: string
  readonly expiresInMs?: number
}

const withinMs = 20_000

/** A web-socket client of the service that keeps every frame it got. */
export class SocketClient implements Disposable {
  readonly frames: Frame[] = []
  readonly socket: WebSocket
  closed: { readonly code: number; readonly reason: string } | undefined

  /** @param path with its query; begins with `/`. */
  constructor(instance: Instance, path: string, headers: Readonly<Record<string, string>> = {}) {
    const url = new URL(path, instance.url('realtime').replace('http', 'ws'))
    this.socket = new WebSocket(url, { headers })
    this.socket.on('message', data => this.frames.push(JSON.parse(`${data}`)))
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: `${reason}` }
    })
    this.socket.on('error', () => {}) // seen as a close
  }

  /** Resolves when it is open. */
  async opened(): Promise<this> {
    await eventually(
      async () => this.socket.readyState,
      state => state === WebSocket.OPEN,
      withinMs,
    )
    return this
  }

  async signIn(token: string | undefined): Promise<this> {
    const before = this.frames.length
    this.send({ type: 'auth', token })
    await this.got(frame => frame.type === 'authenticated' && this.frames.indexOf(frame) >= before)
    return this
  }

  send(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  /** The first frame like this, awaited. @throws when the socket is closed before. */
  async got(accepts: (frame: Frame) => boolean): Promise<Frame> {
    const found = await eventually(
      async () => this.frames.find(accepts),
      frame => frame !== undefined || this.closed !== undefined,
      withinMs,
    )
    if (!found) throw new Error(`closed with ${this.closed?.code} ${this.closed?.reason}`)
    return found
  }

  /** The code it is closed with, awaited. */
  async whenClosed(): Promise<number> {
    const closed = await eventually(
      async () => this.closed,
      each => each !== undefined,
      withinMs,
    )
    return closed?.code ?? 0
  }

  [Symbol.dispose](): void {
    this.socket.terminate()
  }
}
