import type { Socket } from 'node:net'
import { getSystemErrorName } from 'node:util'
import { type End, nextTurn, READ_SIZE, type Reader, turnsTaken } from './end.ts'
import { reset } from './reset.ts'

/**
 * The one place that uses what Node does not document: the libuv handle below a socket. Reads land
 * in one buffer that all connections share, and writes go to the kernel without a stream in
 * between. FIN and errors are handed back to the socket, which remains in charge of them.
 *
 * `fastEnds()` says whether this Node has all it takes; if not, `PublicEnd` does the same work.
 */
interface Binding {
  readonly WriteWrap: new () => WriteRequest
  /** The handle's last result, at the indexes below. */
  readonly streamBaseState: Int32Array
  readonly kReadBytesOrError: number
  readonly kLastWriteWasAsync: number
}

interface WriteRequest {
  handle: Handle | undefined
  oncomplete: ((status: number) => void) | undefined
  async: boolean
  /** Keeps the memory alive while the kernel has not taken all of it. */
  buffer: Buffer | undefined
}

interface Handle {
  /** What the socket believes; it starts a handle that is not. */
  reading: boolean
  onread: (buffer: ArrayBuffer | undefined) => void
  readStart(): number
  readStop(): number
  writeBuffer(request: WriteRequest, data: Buffer): number
  useUserBuffer(buffer: Buffer): void
}

/**
 * What an end with bulk reads at once while nobody else has anything to say: the same bytes in
 * fewer turns of the loop. With others about it reads little, so that they wait less: for their
 * turn, and for a processor that whoever takes the bulk in turns holds.
 */
const ALONE_READ_SIZE = 4 * READ_SIZE
export const BESIDE_READ_SIZE = 12 * 1_024
/** A read so short is a message somebody waits for. */
const MESSAGE_SIZE = 4_096
/** So many turns of bulk after the last message nobody else is about. */
const ALONE_AFTER_TURNS = 512

const binding = findBinding()
const shared = Buffer.allocUnsafeSlow(READ_SIZE)
/** The turn in which the last message was read. */
let lastMessage = 0
/** A write the kernel took at once leaves its request unused. */
let spare: WriteRequest | undefined

/** Makes ends of sockets that have a plain TCP handle; undefined where Node's insides differ. */
export function fastEnds(): ((socket: Socket) => End | undefined) | undefined {
  if (!binding) return undefined
  const found = binding
  return socket => (handleOf(socket) ? new FastEnd(socket, found) : undefined)
}

class FastEnd implements End {
  readonly socket: Socket
  drained = () => {}
  readonly #binding: Binding
  #handle: Handle | undefined
  #reader: Reader | undefined
  #paused = false
  /** Where the handle reads into: the shared buffer, or its own once it has proved to carry bulk. */
  #buffer = shared
  #writing = 0
  /** Has read or written a full buffer: its short reads are part of that, such as asking for more. */
  #carriesBulk = false

  constructor(socket: Socket, binding: Binding) {
    this.socket = socket
    this.#binding = binding
  }

  start(reader: Reader): void {
    this.#reader = reader
    this.socket.on('end', () => this.#reader?.ended())
    const handle = handleOf(this.socket)
    if (!handle) return
    this.#handle = handle
    handle.useUserBuffer(shared)
    const toSocket = handle.onread
    const { streamBaseState, kReadBytesOrError } = this.#binding
    handle.onread = buffer => {
      const length = streamBaseState[kReadBytesOrError] ?? 0
      if (length > 0) this.#read(length)
      else toSocket.call(handle, buffer)
    }
    // Started here and not by the socket, which would do it later, and undo a pause.
    const reading = handle.reading
    handle.reading = true
    if (!reading && !this.#paused) handle.readStart()
    // Lets the socket say `end`.
    this.socket.resume()
  }

  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#handle?.readStop()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#readOn()
  }

  write(data: Buffer): boolean {
    const handle = this.#handle
    if (!handle) return this.socket.write(data)
    const request = spare ?? new this.#binding.WriteWrap()
    spare = undefined
    if (data.length >= READ_SIZE) this.#carriesBulk = true
    request.handle = handle
    const error = handle.writeBuffer(request, data)
    if (error !== 0) {
      this.#failed(error)
      return true
    }
    if (this.#binding.streamBaseState[this.#binding.kLastWriteWasAsync] === 0) {
      spare = request
      return true
    }
    this.#writing++
    request.async = true
    request.buffer = data
    request.oncomplete = status => this.#written(status)
    return false
  }

  reset(): void {
    reset(this.socket)
  }

  ignore(): void {
    this.#reader = undefined
    // Not the buffer of its own: a write from it may still be under way.
    this.#handle?.useUserBuffer(shared)
    this.#buffer = shared
    if (this.#paused) this.resume()
  }

  #read(length: number): void {
    const reader = this.#reader
    if (!reader) return
    const chunk = this.#buffer.subarray(0, length)
    const own = this.#buffer !== shared
    const full = length === this.#buffer.length
    if (length <= MESSAGE_SIZE && !this.#carriesBulk) lastMessage = turnsTaken()
    reader.read(own ? chunk : Buffer.from(chunk), own)
    if (full && !this.#paused) this.#rest()
  }

  #rest(): void {
    const handle = this.#handle
    if (!handle || this.socket.destroyed) return
    this.#carriesBulk = true
    const alone = turnsTaken() - lastMessage > ALONE_AFTER_TURNS
    this.#readInto(handle, alone ? ALONE_READ_SIZE : BESIDE_READ_SIZE)
    handle.readStop()
    nextTurn(() => {
      if (!this.#paused) this.#readOn()
    })
  }

  /** Bulk gets memory of its own, so that nothing need be copied. */
  #readInto(handle: Handle, size: number): void {
    if (this.#buffer !== shared && this.#buffer.length === size) return
    this.#buffer = Buffer.allocUnsafeSlow(size)
    handle.useUserBuffer(this.#buffer)
  }

  #readOn(): void {
    if (!this.socket.destroyed) this.#handle?.readStart()
  }

  #written(status: number): void {
    this.#writing--
    if (status < 0) this.#failed(status)
    else if (this.#writing === 0) this.drained()
  }

  #failed(status: number): void {
    if (this.socket.destroyed) return
    const code = getSystemErrorName(status)
    this.socket.destroy(Object.assign(new Error(`write ${code}`), { code, syscall: 'write' }))
  }
}

function handleOf(socket: Socket): Handle | undefined {
  const handle: unknown = Reflect.get(socket, '_handle')
  return isHandle(handle) ? handle : undefined
}

function isHandle(value: unknown): value is Handle {
  if (typeof value !== 'object' || value === null) return false
  if (value.constructor.name !== 'TCP') return false
  const calls = ['onread', 'readStart', 'readStop', 'writeBuffer', 'useUserBuffer']
  return calls.every(name => typeof Reflect.get(value, name) === 'function')
}

function findBinding(): Binding | undefined {
  try {
    const find: unknown = Reflect.get(process, 'binding')
    const found: unknown = typeof find === 'function' && find.call(process, 'stream_wrap')
    return isBinding(found) ? found : undefined
  } catch {
    return undefined
  }
}

function isBinding(value: unknown): value is Binding {
  if (typeof value !== 'object' || value === null) return false
  const indexes = ['kReadBytesOrError', 'kLastWriteWasAsync']
  return (
    typeof Reflect.get(value, 'WriteWrap') === 'function' &&
    Reflect.get(value, 'streamBaseState') instanceof Int32Array &&
    indexes.every(name => Number.isInteger(Reflect.get(value, name)))
  )
}
