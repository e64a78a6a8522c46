import type { Socket } from 'node:net'
import { type End, nextTurn, READ_SIZE, type Reader } from './end.ts'
import { reset } from './reset.ts'
import type { Transport } from './tls.ts'

/** An end on Node's documented stream API: works with every socket and every Node. */
export class PublicEnd implements End {
  readonly socket: Socket
  drained = () => {}
  #reader: Reader | undefined
  readonly #raw: Socket
  #paused = false

  constructor({ socket, raw }: Transport) {
    this.socket = socket
    this.#raw = raw
  }

  start(reader: Reader): void {
    this.#reader = reader
    this.socket.on('data', (chunk: Buffer) => {
      this.#reader?.read(chunk, false)
      if (chunk.length >= READ_SIZE && !this.#paused) this.#rest()
    })
    this.socket.on('end', () => this.#reader?.ended())
    // TLS reads ahead, so that its end may have come before anybody listened.
    if (this.socket.readableEnded) reader.ended()
    this.socket.on('drain', () => this.drained())
    if (!this.#paused) this.socket.resume()
  }

  pause(): void {
    this.#paused = true
    this.socket.pause()
  }

  resume(): void {
    this.#paused = false
    this.socket.resume()
  }

  write(data: Buffer): boolean {
    return this.socket.write(data)
  }

  reset(): void {
    reset(this.#raw, this.socket)
    // Above TCP there may be TLS, which would learn of it later.
    this.socket.destroy()
  }

  ignore(): void {
    this.#reader = undefined
    this.resume()
  }

  #rest(): void {
    this.socket.pause()
    nextTurn(() => {
      if (!this.#paused) this.socket.resume()
    })
  }
}
