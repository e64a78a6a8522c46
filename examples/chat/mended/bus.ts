import { Redis } from 'ioredis'
import type { Message } from './store.ts'

const url = process.env.REDIS_URL ?? 'redis://localhost:6379'
// Nobody shall wait for a Redis that is away.
const publisher = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1 })
const subscriber = new Redis(url)
for (const redis of [publisher, subscriber]) {
  redis.on('error', error => console.error('redis', error.message))
}

/** Tells every instance of a message. */
export async function tell(message: Message): Promise<void> {
  await publisher.publish('messages', JSON.stringify(message))
}

/** Calls back for each message that any instance told of. */
export async function listen(hear: (message: Message) => void): Promise<void> {
  subscriber.on('message', (_channel, text) => hear(JSON.parse(text)))
  await subscriber.subscribe('messages')
}
