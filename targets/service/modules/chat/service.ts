import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { isAway } from '../../postgres/errors.ts'
import type { Guard } from '../../resilience/guard.ts'
import type { Message } from './frames.ts'
import type { Messages } from './repository.ts'

interface Parts {
  readonly messages: Messages
  readonly redis: Redis
  readonly stores: Guard
  readonly log: Pick<Logger, 'warn'>
}

export interface Chat {
  /** Stores a message; resolves to its number. Sending the same id again is harmless. */
  send(message: Omit<Message, 'seq'>, client: string): Promise<number>
  /** Tells every instance. A lost announcement is found by their next look into Postgres. */
  announce(message: Message): void
}

export function createChat({ messages, redis, stores, log }: Parts): Chat {
  return {
    send: (message, client) => stores.run(() => messages.append({ ...message, client }), isAway),
    announce: message => {
      redis.publish(`chat:${message.channel}`, JSON.stringify(message)).catch(err => {
        log.warn({ err, channel: message.channel, seq: message.seq }, 'not announced')
      })
    },
  }
}
