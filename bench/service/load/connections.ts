import { setTimeout as pause } from 'node:timers/promises'
import { Connection, type Door } from './connection.ts'

const atOnce = 100
const reopenAfterMs = 50

/** Connections to the doors in turn; one that was lost is opened again. */
export class Connections implements Disposable {
  readonly #doors: readonly Door[]
  /** The one that rested longest is taken first, so that all of them get their turn. */
  readonly #free: Connection[] = []
  readonly #all = new Set<Connection>()
  #onFree: (() => void) | undefined
  #closed = false
  #turn = 0
  opened = 0

  constructor(doors: readonly Door[]) {
    this.#doors = doors
  }

  get open(): number {
    return [...this.#all].filter(({ isOpen }) => isOpen).length
  }

  /** Until so many are open. @throws when one is refused. */
  async grow(count: number): Promise<void> {
    while (this.#all.size < count) {
      const missing = Math.min(atOnce, count - this.#all.size)
      const made = await Promise.all(Array.from({ length: missing }, () => this.#openOne()))
      this.#free.push(...made)
    }
  }

  /** Called whenever there is one to take again. */
  onFree(free: (() => void) | undefined): void {
    this.#onFree = free
  }

  take(): Connection | undefined {
    for (let next = this.#free.shift(); next; next = this.#free.shift()) {
      if (next.isOpen) return next
      void this.#replace(next)
    }
    return undefined
  }

  /** After its request; one that was closed is replaced. */
  give(connection: Connection): void {
    if (!connection.isOpen) {
      void this.#replace(connection)
      return
    }
    this.#free.push(connection)
    this.#onFree?.()
  }

  [Symbol.dispose](): void {
    this.#closed = true
    for (const connection of this.#all) connection.end('cut')
  }

  async #openOne(): Promise<Connection> {
    const door = this.#doors[this.#turn++ % this.#doors.length]
    if (!door) throw new RangeError('A generator needs at least one door.')
    const connection = await Connection.open(door)
    this.opened++
    this.#all.add(connection)
    return connection
  }

  async #replace(lost: Connection): Promise<void> {
    this.#all.delete(lost)
    while (!this.#closed) {
      const connection = await this.#openOne().catch(() => undefined)
      if (connection) return this.give(connection)
      await pause(reopenAfterMs)
    }
  }
}
