import { randomUUID } from 'node:crypto'
import type { Instance } from '../application.ts'
import type { Client } from '../client.ts'
import { type Frame, SocketClient } from '../socket-client.ts'

const ends = ['agent_completed', 'agent_failed']

/** A client of the agents. */
export class AgentClient extends SocketClient {
  static open(instance: Instance): Promise<AgentClient> {
    return new AgentClient(instance, '/agents').opened()
  }

  /** Signed in. */
  static async of(person: Client, instance: Instance): Promise<AgentClient> {
    return (await AgentClient.open(instance)).signIn(person.token)
  }

  ask(task: object, id: string = randomUUID()): string {
    this.send({ type: 'run', id, task })
    return id
  }

  /** Everything a run said, once it has ended. */
  async ended(runId: string): Promise<Frame[]> {
    await this.got(frame => frame.runId === runId && ends.includes(frame.event ?? ''))
    return this.frames.filter(frame => frame.runId === runId)
  }
}

export function eventsOf(frames: readonly Frame[]): (string | undefined)[] {
  return frames.map(({ event }) => event)
}
