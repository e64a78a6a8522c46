import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import { eventually, sql } from '../person.ts'
import { ChatClient, upTo } from './chat-client.ts'

const messageCount = 5_000
const textBytes = 4_000

/** A channel that holds 20 MB, put there past the service. */
async function longChannel(app: Application): Promise<string> {
  const channel = randomUUID()
  await sql(app, 'insert into chat_channels (name, last_seq) values ($1, $2)', [
    channel,
    messageCount,
  ])
  await sql(
    app,
    `insert into chat_messages (channel, seq, id, client, text)
     select $1, seq, gen_random_uuid(), 'test', repeat('x', $3)
     from generate_series(1, $2) as seq`,
    [channel, messageCount, textBytes],
  )
  return channel
}

async function figure(app: Application, name: string): Promise<number> {
  const { body } = await app.instances[0].client('realtime').get('/metrics')
  return Number(new RegExp(`^${name}\\{.*\\} (\\d+)`, 'm').exec(body)?.[1] ?? 0)
}

test('WS-08: who does not read is cut off before the memory is gone; others read all', async () => {
  await using app = await startApplication({ instances: [['realtime']] })
  const [here] = app.instances
  const channel = await longChannel(app)
  const before = await figure(app, 'process_resident_memory_bytes')
  using sleeper = await ChatClient.open(here)
  sleeper.send({ type: 'subscribe', channel, after: 0 })
  sleeper.socket.pause()
  await eventually(
    () => figure(app, 'chat_slow_consumers_total'),
    count => count >= 1,
    15_000,
  )
  using reader = await ChatClient.open(here, { channel, after: 0 })
  await eventually(
    async () => reader.numbers(channel).length,
    count => count >= messageCount,
    15_000,
  )
  expect(reader.numbers(channel)).toEqual(upTo(messageCount))
  expect((await figure(app, 'process_resident_memory_bytes')) - before).toBeLessThan(100_000_000)
})

test('WS-08 control: without the guard nobody is cut off', async () => {
  await using app = await startApplication({
    instances: [['realtime']],
    config: { defencesOff: ['slow-consumer-guard'] },
  })
  const channel = await longChannel(app)
  using sleeper = await ChatClient.open(app.instances[0])
  sleeper.send({ type: 'subscribe', channel, after: 0 })
  sleeper.socket.pause()
  using reader = await ChatClient.open(app.instances[0], { channel, after: 0 })
  await eventually(
    async () => reader.numbers(channel).length,
    count => count >= messageCount,
    15_000,
  )
  expect(await figure(app, 'chat_slow_consumers_total')).toBe(0)
})
