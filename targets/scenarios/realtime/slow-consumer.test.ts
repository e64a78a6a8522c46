import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, expect } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import { control } from '../control.ts'
import { figure } from '../figure.ts'
import { patience } from '../patience.ts'
import { sql } from '../person.ts'
import { test } from '../warm.ts'
import { ChatClient, upTo } from './chat-client.ts'

const messageCount = 500
const textBytes = 40_000
const mostUnreadBytes = 500_000
/** What the kernel holds for two ends of a connection that nobody reads is far less than 20 MB. */
const muchBytes = 4_000_000
const withinMs = 60_000
/** In which a service that did not wait for its reader would send it all. */
const stopMs = 1_500

let app: Application
let here: Instance
test.beforeAll(async ({ warm }) => {
  const defenceSettings = {
    ...patience,
    'slow-consumer-guard': { maxBufferedBytes: mostUnreadBytes },
    // What is caught up with at once stays below that.
    'websocket-resume': { pageSize: 5 },
    // A machine that does much else must not look like a client that does not read.
    'websocket-heartbeat': { everyMs: withinMs },
  }
  app = await startApplication({ instances: [['realtime']], config: { defenceSettings } }, warm)
  here = app.instances[0]
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** Says 20 MB as an instance announces it, never further ahead of this reader than the bound. */
async function sayTo(reader: ChatClient, channel: string): Promise<void> {
  const redis = new Redis(app.redis.port, app.redis.host)
  const text = 'x'.repeat(textBytes)
  for (const seq of upTo(messageCount)) {
    await redis.publish(`chat:${channel}`, JSON.stringify({ channel, seq, id: randomUUID(), text }))
    if (seq % 10 === 0) await reader.has(channel, seq, withinMs)
  }
  redis.disconnect()
}

/** A channel that holds 20 MB, put there past the service. */
async function longChannel(): Promise<string> {
  const channel = randomUUID()
  const known = 'insert into chat_channels (name, last_seq) values ($1, $2)'
  await sql(app, known, [channel, messageCount])
  const fill = `
    insert into chat_messages (channel, seq, id, client, text)
    select $1, seq, gen_random_uuid(), 'test', repeat('x', $3) from generate_series(1, $2) as seq`
  await sql(app, fill, [channel, messageCount, textBytes])
  return channel
}

/** One client reads 20 MB as they come, and another nothing of them. */
async function readAndSleep(instance: Instance) {
  const channel = randomUUID()
  using sleeper = await ChatClient.open(instance, { channel })
  sleeper.socket.pause()
  using reader = await ChatClient.open(instance, { channel })
  await sayTo(reader, channel)
  expect(reader.numbers(channel)).toEqual(upTo(messageCount))
  return { cut: await cutOff(instance), held: await mostHeld(instance) }
}

/** What an instance held for one client at the most: exact, whatever the machine does besides. */
const mostHeld = (instance: Instance) => figure(instance, 'websocket_unread_peak_bytes')
const cutOff = (instance: Instance) =>
  figure(instance, 'websocket_cut_total', { reason: 'slow-consumer' })

test(
  'WS-05 who reads slowly catches up at its own pace, and is not cut off',
  async () => {
    const channel = await longChannel()
    const before = await cutOff(here)
    using client = await ChatClient.open(here)
    client.socket.pause()
    client.send({ type: 'subscribe', channel, after: 0 })
    await pause(stopMs)
    client.socket.resume()
    await client.has(channel, messageCount, withinMs)
    expect(client.numbers(channel)).toEqual(upTo(messageCount))
    expect(await cutOff(here)).toBe(before)
  },
  2 * withinMs,
)

test(
  'WS-08 who does not read is cut off before the memory is gone; others get all',
  async () => {
    const { cut, held } = await readAndSleep(here)
    expect(cut).toBe(1)
    expect(held).toBeGreaterThan(mostUnreadBytes)
    expect(held).toBeLessThan(mostUnreadBytes + 2 * textBytes)
  },
  2 * withinMs,
)

control(
  'slow-consumer-guard',
  'all that a client does not read stays in memory (WS-08)',
  async ({ defencesOff }) => {
    const careless = await app.startInstance('careless', ['realtime'], { defencesOff })
    const { cut, held } = await readAndSleep(careless)
    expect(cut).toBe(0)
    expect(held).toBeGreaterThan(muchBytes)
    await careless.process.kill()
  },
  2 * withinMs,
)
