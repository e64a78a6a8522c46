import { WebSocket } from 'ws'
import { z } from 'zod'
import type { Outcome } from '../../lab/journal/journal.ts'
import type { Context } from '../../lab/model/target.ts'
import { endWhenSilent } from '../../lab/workloads/silence.ts'
import type { Seats } from './endpoints.ts'
import type { Person } from './people.ts'

const reconnectAfterMs = 250
/** Two and a half heartbeats of the service, with its default. */
const silentMs = 12_500

const facts = z.object({ facts: z.array(z.string()) })
const frame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('authenticated') }),
  z.object({
    type: z.literal('event'),
    runId: z.string(),
    seq: z.number(),
    event: z.string(),
    data: z.unknown(),
  }),
  z.object({
    type: z.literal('error'),
    code: z.string(),
    outcome: z.enum(['not-done', 'unknown']),
    about: z.string(),
  }),
])

/** What a run said to whoever asked for it, in the order it was heard. */
export interface Heard {
  readonly events: { readonly seq: number; readonly event: string }[]
  /** Of one that recalls, once it has. */
  facts: readonly string[]
}

export const isOver = ({ events }: Heard) =>
  events.some(({ event }) => event === 'agent_completed' || event === 'agent_failed')

/** One person's web socket to the agents: reconnects when cut, and follows what is not over yet. */
export class AgentClient implements Disposable {
  readonly #seats: Seats
  readonly #person: Person
  readonly #client: number
  readonly #context: Pick<Context, 'clock' | 'signal'>
  readonly #runs: Map<string, Heard>
  readonly #waiting = new Map<string, (outcome: Outcome) => void>()
  #socket: WebSocket | undefined
  #isIn = false
  #left = false

  /** @param runs the person's, as far as they are known; they are added to. */
  constructor(
    seats: Seats,
    person: Person,
    client: number,
    context: Pick<Context, 'clock' | 'signal'>,
    runs: Map<string, Heard>,
  ) {
    this.#seats = seats
    this.#person = person
    this.#client = client
    this.#context = context
    this.#runs = runs
    this.#connect()
  }

  /** Ok once the run has said something. */
  ask(id: string, task: object, signal: AbortSignal): Promise<Outcome> {
    if (!this.#isIn) {
      return Promise.resolve({ kind: 'fail', ended: 'cut', error: 'not connected' })
    }
    this.#runs.set(id, { events: [], facts: [] })
    return new Promise(resolve => {
      this.#waiting.set(id, resolve)
      const gaveUp: Outcome = { kind: 'info', ended: 'gave-up', error: 'no event' }
      signal.addEventListener('abort', () => this.#settle(id, gaveUp), { once: true })
      this.#say({ type: 'run', id, task })
    })
  }

  [Symbol.dispose](): void {
    this.#left = true
    this.#socket?.terminate()
  }

  #connect(): void {
    const { websocket } = this.#seats.of(this.#client)
    const socket = new WebSocket(`${websocket}/agents`, { handshakeTimeout: 2_000 })
    this.#socket = socket
    endWhenSilent(socket, silentMs)
    socket.on('open', () => this.#say({ type: 'auth', token: this.#person.accessToken }))
    socket.on('message', data => {
      // What had come before it left is told again to whoever follows after it.
      if (!this.#left) this.#take(frame.parse(JSON.parse(`${data}`)))
    })
    // 'close' follows every 'error' and has all we need.
    socket.on('error', () => {})
    socket.on('close', () => this.#closed())
  }

  #closed(): void {
    // An instance that takes nobody is left; one that was there may only have lost a connection.
    if (!this.#isIn) this.#seats.moveOn(this.#client)
    this.#isIn = false
    for (const id of this.#waiting.keys()) {
      this.#settle(id, { kind: 'info', ended: 'cut', error: 'closed before an event' })
    }
    if (this.#left) return
    const again = () => this.#connect()
    this.#context.clock.sleep(reconnectAfterMs, this.#context.signal).then(again, () => {})
  }

  #take(told: z.infer<typeof frame>): void {
    if (told.type === 'authenticated') {
      this.#isIn = true
      for (const [id, run] of this.#runs) {
        if (!isOver(run)) this.#say({ type: 'follow', id, after: run.events.at(-1)?.seq ?? 0 })
      }
    } else if (told.type === 'event') {
      const { runId, seq, event, data } = told
      const run = this.#runs.get(runId) ?? { events: [], facts: [] }
      this.#runs.set(runId, run)
      run.events.push({ seq, event })
      run.facts = facts.safeParse(data).data?.facts ?? run.facts
      this.#settle(runId, { kind: 'ok', value: { id: runId } })
    } else {
      const { about, code, outcome } = told
      // Asked for when it was cut, and never stored.
      if (code === 'not-found') this.#runs.delete(about)
      const kind = outcome === 'not-done' ? 'fail' : 'info'
      this.#settle(about, { kind, ended: 'refused', code, error: `refused: ${code}` })
    }
  }

  #say(said: object): void {
    this.#socket?.send(JSON.stringify(said))
  }

  #settle(id: string, outcome: Outcome): void {
    this.#waiting.get(id)?.(outcome)
    this.#waiting.delete(id)
  }
}
