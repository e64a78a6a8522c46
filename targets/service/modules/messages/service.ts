import { randomUUID } from 'node:crypto'
import { currentContext } from '../../context.ts'
import type { Caller } from '../../identity/identity.ts'
import { notFound, Problem } from '../../problem.ts'
import type { Lane, NewMessage, Progress } from './message.ts'
import type { MessageQueue } from './queue.ts'

interface Parts {
  readonly queue: MessageQueue
  readonly route: (message: NewMessage) => Lane
}

/** The way of a message, from the door to what became of it. */
export interface Messages {
  /** Accepted means durable: it is handled, or ends among the dead letters. */
  accept(caller: Caller, message: NewMessage): Promise<{ id: string; lane: Lane; trace: string }>
  /** @throws {Problem} 404, also when it is somebody else's. */
  progress(caller: Caller, id: string): Promise<Omit<Progress, 'userId' | 'body'>>
  /** @throws {Problem} 404 when it is not dead. */
  redrive(caller: Caller, id: string): Promise<void>
}

export function createMessages({ queue, route }: Parts): Messages {
  return {
    accept: async ({ userId }, message) => {
      const { id = randomUUID() } = message
      const lane = route(message)
      const { requestId: trace } = currentContext()
      if (await queue.add({ id, userId, trace, lane, message })) return { id, lane, trace }
      const title = 'This id is taken.'
      throw new Problem({ status: 409, code: 'id-taken', title, outcome: 'not-done' })
    },
    progress: async ({ userId }, id) => {
      const found = await queue.find(id)
      if (found?.userId !== userId) throw notFound('message')
      const { userId: _, body: __, ...shown } = found
      return shown
    },
    redrive: async ({ userId }, id) => {
      if (!(await queue.redrive(id, userId))) throw notFound('dead letter')
    },
  }
}
