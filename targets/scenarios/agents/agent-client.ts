import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import type { Instance } from '../application.ts'
import type { Client } from '../client.ts'
import { eventually } from '../person.ts'

interface Frame {
  readonly type: string
  readonly event?: string
  readonly runId?: string
  readonly seq?: number
  readonly data?: unknown
  readonly code?: string
  readonly about?: string
}

/** A web-socket client of the agents that keeps every frame it got. */
export class AgentClient implements Disposable {
  readonly frames: Frame[] = []
  readonly #socket: WebSocket
  closedWith: number | undefined

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', data => this.frames.push(JSON.parse(data.toString())))
    socket.on('close', code => {
      this.closedWith = code
    })
    socket.on('error', () => {}) // seen as a close
  }

  static async open(instance: Instance): Promise<AgentClient> {
    const url = new URL('/agents', instance.url('realtime').replace('http', 'ws'))
    const client = new AgentClient(new WebSocket(url))
    await eventually(
      async () => client.#socket.readyState,
      state => state === WebSocket.OPEN,
    )
    return client
  }

  static async of(person: Client, instance: Instance): Promise<AgentClient> {
    const client = await AgentClient.open(instance)
    client.send({ type: 'auth', token: person.token })
    await client.got(frame => frame.type === 'authenticated')
    return client
  }

  send(frame: object | string): void {
    this.#socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  ask(task: object, id: string = randomUUID()): string {
    this.send({ type: 'run', id, task })
    return id
  }

  async got(accepts: (frame: Frame) => boolean, withinMs = 20_000): Promise<Frame> {
    const look = async () => this.frames.find(accepts)
    const found = await eventually(look, frame => frame !== undefined, withinMs)
    if (!found) throw new Error('unreachable: looked for until found')
    return found
  }

  /** Everything a run said, once it has ended. */
  async ended(runId: string): Promise<Frame[]> {
    const ends = ['agent_completed', 'agent_failed']
    await this.got(frame => frame.runId === runId && ends.includes(frame.event ?? ''))
    return this.frames.filter(frame => frame.runId === runId)
  }

  [Symbol.dispose](): void {
    this.#socket.terminate()
  }
}

export function eventsOf(frames: readonly Frame[]): (string | undefined)[] {
  return frames.map(({ event }) => event)
}
