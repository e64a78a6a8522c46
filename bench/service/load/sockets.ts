import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { build } from 'hdr-histogram-js'
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { Door } from './connection.ts'
import { type Broadcast, socketsOrder } from './sockets-plan.ts'

const frame = z.object({ type: z.string(), text: z.string().optional() })
const atOnce = 50
const openWithinMs = 60_000

/** Clients on web sockets, in a process of their own: opened, spoken to, closed. */
class Sockets {
  readonly #sockets: WebSocket[] = []
  #channel = ''
  /** By socket, since it counts for itself. */
  #onMessage: (index: number, text: string) => void = () => {}

  get open(): number {
    return this.#sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length
  }

  async grow(doors: readonly Door[], count: number, channel: string): Promise<void> {
    this.#channel = channel
    for (let from = 0; from < count; from += atOnce) {
      const missing = Math.min(atOnce, count - from)
      const batch = Array.from({ length: missing }, (_, index) => {
        const door = doors[(from + index) % doors.length]
        if (!door) throw new RangeError('Sockets need at least one door.')
        return this.#openOne(door, from + index)
      })
      await Promise.all(batch)
    }
  }

  /** Each message is stamped with its number; when it was due is kept here. */
  async broadcast(messages: number, perSecond: number, giveUpMs: number): Promise<Broadcast> {
    const histogram = build({
      highestTrackableValue: 120_000_000,
      numberOfSignificantValueDigits: 3,
    })
    const seen = new Int32Array(this.#sockets.length).fill(-1)
    const expected = messages * this.#sockets.length
    const startMs = performance.now() + 20
    const dueMs = (number: number) => startMs + (number * 1_000) / perSecond
    const { promise: all, resolve } = Promise.withResolvers<void>()
    let [received, wrong, lastMs] = [0, 0, startMs]
    this.#onMessage = (index, text) => {
      const number = Number(text)
      if (number !== (seen[index] ?? -1) + 1) wrong++
      seen[index] = number
      received++
      lastMs = performance.now()
      histogram.recordValue(Math.max(1, Math.round((lastMs - dueMs(number)) * 1_000)))
      if (received >= expected) resolve()
    }
    for (let number = 0; number < messages; number++) {
      await pause(Math.max(0, dueMs(number) - performance.now()))
      this.#say(`${number}`)
    }
    await Promise.race([all, pause(giveUpMs)])
    this.#onMessage = () => {}
    const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1_000
    return {
      expected,
      received,
      wrong,
      seconds: (lastMs - startMs) / 1_000,
      latency: { p50Ms: at(50), p95Ms: at(95), p99Ms: at(99), maxMs: at(100) },
    }
  }

  async close(): Promise<void> {
    const gone = this.#sockets.map(socket => once(socket, 'close'))
    for (const socket of this.#sockets) socket.close(1000)
    await Promise.all(gone)
  }

  #say(text: string): void {
    const message = { type: 'send', id: randomUUID(), channel: this.#channel, text }
    this.#sockets[0]?.send(JSON.stringify(message))
  }

  /** Resolves when it is subscribed. */
  #openOne({ host, port }: Door, index: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const url = `ws://${host}:${port}/chat?client=bench-${index}&channel=${this.#channel}`
    const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: openWithinMs })
    this.#sockets[index] = socket
    socket.on('message', data => {
      const { type, text = '' } = frame.parse(JSON.parse(data.toString()))
      if (type === 'subscribed') resolve()
      if (type === 'error') reject(new Error(`refused: ${data}`))
      if (type === 'message') this.#onMessage(index, text)
    })
    socket.on('error', reject)
    socket.on('close', code => reject(new Error(`closed with ${code} before it was subscribed`)))
    return promise
  }
}

const sockets = new Sockets()

async function obey(message: unknown): Promise<unknown> {
  const told = socketsOrder.parse(message)
  const startMs = performance.now()
  const seconds = () => (performance.now() - startMs) / 1_000
  switch (told.kind) {
    case 'open':
      await sockets.grow(told.doors, told.connections, told.channel)
      return { open: sockets.open, seconds: seconds() }
    case 'broadcast':
      return sockets.broadcast(told.messages, told.perSecond, told.giveUpMs)
    case 'close':
      await sockets.close()
      return { seconds: seconds() }
  }
}

process.on('message', message => {
  obey(message).then(
    result => process.send?.({ result }),
    error => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
