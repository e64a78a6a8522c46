import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import type { Address } from './link-trials.ts'

/** Writes, reads, counts and hears what it published itself; resolves to `well`, or to what it found. */
export async function useRedis({ host, port }: Address): Promise<string> {
  const once = { maxRetriesPerRequest: 0, retryStrategy: () => null, enableReadyCheck: false }
  const [client, listener] = [0, 1].map(() => new Redis({ host, port, ...once })) as [Redis, Redis]
  for (const each of [client, listener]) each.on('error', () => {})
  try {
    const key = `test:${randomUUID()}`
    const kept = await client.set(key, '1').then(() => client.get(key))
    const counted = await client.incr(key).then(() => client.get(key))
    await client.del(key)
    const heard = await hear(listener, client, key)
    const found = `${kept} ${counted} ${heard}`
    return found === '1 2 a,b,c' ? 'well' : found
  } finally {
    for (const each of [client, listener]) each.disconnect()
  }
}

async function hear(listener: Redis, publisher: Redis, channel: string): Promise<string> {
  const heard: string[] = []
  const done = new Promise<void>(resolve => {
    listener.on('message', (_: string, text: string) => {
      heard.push(text)
      if (heard.length === 3) resolve()
    })
  })
  await listener.subscribe(channel)
  for (const text of ['a', 'b', 'c']) await publisher.publish(channel, text)
  await done
  return heard.join(',')
}
