import { seeded } from '../../../lab/base/random.ts'
import type { Connection, Outcome } from './connection.ts'
import type { Connections } from './connections.ts'
import type { Plan, Report } from './plan.ts'
import { rendering } from './render.ts'
import { Tally } from './tally.ts'

const sweepMs = 50
/** Before the first intended start, so that it can be kept. */
const leadMs = 20

/** Plays a plan to its end: until each request was answered, failed, or given up. */
export function play(plan: Plan, connections: Connections): Promise<Report> {
  return new Promise(resolve => new Player(plan, connections, resolve).start())
}

class Player {
  readonly #plan: Plan
  readonly #connections: Connections
  readonly #done: (report: Report) => void
  readonly #startMs = performance.now() + leadMs
  readonly #tally = new Tally(this.#startMs)
  readonly #render: readonly (() => string)[]
  readonly #times = seeded(1).fork('times')
  readonly #openedBefore: number
  /** Intended starts that found no connection free. */
  readonly #waiting: number[] = []
  readonly #asked = new Map<Connection, number>()
  #count = 0
  #isOver = false
  #sweep: NodeJS.Timeout | undefined

  constructor(plan: Plan, connections: Connections, done: (report: Report) => void) {
    this.#plan = plan
    this.#connections = connections
    this.#done = done
    this.#render = plan.requests.map(request => rendering(request, plan.closeEach))
    this.#openedBefore = connections.opened
  }

  start(): void {
    const { pace } = this.#plan
    this.#sweep = setInterval(() => this.#giveUpLate(), sweepMs)
    this.#connections.onFree(() => this.#serveWaiting())
    if (pace.kind === 'open') this.#keepPace(pace.perSecond, pace.perSecond * pace.seconds)
    else setTimeout(() => this.#begin(), this.#startMs - performance.now())
  }

  #begin(): void {
    const { pace } = this.#plan
    if (pace.kind === 'open') return
    const count = pace.kind === 'burst' ? pace.count : pace.clients
    for (let i = 0; i < count; i++) this.#submit(this.#startMs)
    if (pace.kind === 'burst') this.#isOver = true
    else setTimeout(() => this.#endPace(), pace.seconds * 1_000)
  }

  /** Operation i starts within [i, i + 1) / perSecond, whatever happened to those before it. */
  #keepPace(perSecond: number, total: number): void {
    let next = 0
    let dueMs = this.#startMs
    const advance = () => {
      dueMs = this.#startMs + ((next + this.#times.next()) * 1_000) / perSecond
    }
    const turn = () => {
      for (const now = performance.now(); next < total && dueMs <= now; next++, advance()) {
        this.#submit(dueMs)
      }
      if (next >= total) this.#endPace()
      else setTimeout(turn, Math.max(1, dueMs - performance.now()))
    }
    advance()
    turn()
  }

  #endPace(): void {
    this.#isOver = true
    this.#finishIfSettled()
  }

  #submit(intendedMs: number): void {
    const connection = this.#connections.take()
    if (connection) this.#ask(connection, intendedMs)
    else this.#waiting.push(intendedMs)
  }

  #ask(connection: Connection, intendedMs: number): void {
    const index = this.#count++ % this.#plan.requests.length
    const expected = this.#plan.requests[index]?.expect ?? 200
    this.#asked.set(connection, intendedMs)
    this.#tally.sent(performance.now() - intendedMs)
    connection.ask(this.#render[index]?.() ?? '', outcome => {
      this.#asked.delete(connection)
      this.#settle(outcome, expected, intendedMs)
      this.#connections.give(connection)
      this.#finishIfSettled()
    })
  }

  #settle(outcome: Outcome, expected: number, intendedMs: number): void {
    const now = performance.now()
    this.#tally.settle(outcome, expected, now, now - intendedMs)
    if (this.#plan.pace.kind === 'closed' && !this.#isOver) this.#waiting.push(now)
  }

  #serveWaiting(): void {
    const intendedMs = this.#waiting[0]
    if (intendedMs === undefined) return
    const connection = this.#connections.take()
    if (!connection) return
    this.#waiting.shift()
    this.#ask(connection, intendedMs)
  }

  #giveUpLate(): void {
    const oldestMs = performance.now() - this.#plan.giveUpMs
    for (const [connection, intendedMs] of this.#asked) {
      if (intendedMs < oldestMs) connection.end('late')
    }
    for (let first = this.#waiting[0]; first !== undefined && first < oldestMs; ) {
      this.#waiting.shift()
      this.#settle('unsent', 200, first)
      first = this.#waiting[0]
    }
    this.#finishIfSettled()
  }

  #finishIfSettled(): void {
    if (!this.#isOver || this.#asked.size > 0 || this.#waiting.length > 0) return
    clearInterval(this.#sweep)
    this.#isOver = false // once
    this.#connections.onFree(undefined)
    const { open: openAtEnd, opened } = this.#connections
    this.#done(this.#tally.report({ openAtEnd, opened: opened - this.#openedBefore }))
  }
}
