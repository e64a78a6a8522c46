import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, vi } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import { control } from '../control.ts'
import { patience } from '../patience.ts'
import { eventually, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'
import { ChatClient, upTo } from './chat-client.ts'

vi.setConfig({ testTimeout: 90_000 })

let app: Application
let redis: Redis
let here: Instance
let there: Instance
test.beforeAll(async ({ warm }) => {
  app = await startApplication(
    {
      config: { defenceSettings: { ...patience, 'websocket-resume': { maxReplay: 50 } } },
    },
    warm,
  )
  redis = new Redis(app.redis.port, app.redis.host)
  redis.on('error', () => {}) // it is taken away on purpose
  here = app.instances[0]
  there = app.instances[1] ?? here
})
afterAll(async () => {
  redis.disconnect()
  await app[Symbol.asyncDispose]()
})

const newChannel = () => `room-${randomUUID()}`

describe('WS-01 connecting', () => {
  test('signs in, leaves a key and a channel in Redis, and nothing when it is over', async () => {
    const person = await signedIn(app)
    const channel = `private:${person.userId}:${newChannel()}`
    const name = `client-${randomUUID()}`
    const mine = async () => {
      const keys = await redis.keys('chat:connection:*')
      const values = await Promise.all(keys.map(key => redis.get(key)))
      return values.filter(value => value?.includes(name)).length
    }
    const subscribed = async () => (await redis.pubsub('CHANNELS', `chat:${channel}`)).length
    const client = await ChatClient.open(here, { client: name })
    // Control: who has not signed in may not.
    client.send({ type: 'subscribe', channel })
    await client.got(frame => frame.code === 'forbidden')
    expect(await subscribed()).toBe(0)
    await client.signIn(person.token)
    client.send({ type: 'subscribe', channel })
    await client.got(frame => frame.type === 'subscribed')
    await eventually(mine, count => count === 1)
    expect(await subscribed()).toBe(1)
    client.socket.close(1000)
    expect(await client.whenClosed()).toBe(1000)
    await eventually(mine, count => count === 0)
    await eventually(subscribed, count => count === 0)
  })
})

describe('WS-02 publishing', () => {
  test('reaches every subscriber on every instance once and in order', async () => {
    const channel = newChannel()
    const clients = await Promise.all(
      [here, there, here, there].map(each => ChatClient.open(each, { channel })),
    )
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        clients[index % clients.length]?.say(channel, `text ${index}`),
      ),
    )
    for (const client of clients) {
      await client.has(channel, 40)
      expect(client.numbers(channel)).toEqual(upTo(40))
      client[Symbol.dispose]()
    }
  })

  test('the same message sent again is stored and told once', async () => {
    const [channel, id] = [newChannel(), randomUUID()]
    using one = await ChatClient.open(here, { channel })
    using two = await ChatClient.open(there, { channel })
    expect(await one.say(channel, 'x', id)).toBe(1)
    expect(await two.say(channel, 'x', id)).toBe(1)
    await one.say(channel, 'y')
    await two.has(channel, 2)
    expect(two.numbers(channel)).toEqual([1, 2])
  })

  test('control: where ids are not unique in the database, it is told twice', async () => {
    const [channel, id] = [newChannel(), randomUUID()]
    using one = await ChatClient.open(here, { channel })
    using two = await ChatClient.open(there)
    await sql(app, 'alter table chat_messages drop constraint chat_messages_id')
    try {
      expect(await one.say(channel, 'x', id)).toBe(1)
      expect(await two.say(channel, 'x', id)).toBe(2)
      await one.has(channel, 2)
    } finally {
      await sql(app, 'update chat_messages set id = gen_random_uuid() where id = $1', [id])
      await sql(app, 'alter table chat_messages add constraint chat_messages_id unique (id)')
    }
  })
})

describe('WS-03 channels', () => {
  test('are apart, and come and go while connected', async () => {
    const [one, two] = [newChannel(), newChannel()]
    using client = await ChatClient.open(here, { channel: one })
    using other = await ChatClient.open(there)
    client.send({ type: 'subscribe', channel: two })
    await client.got(frame => frame.type === 'subscribed' && frame.channel === two)
    await other.say(one, 'a')
    await other.say(two, 'b')
    await client.has(two, 1)
    client.send({ type: 'unsubscribe', channel: two })
    await client.got(frame => frame.type === 'unsubscribed')
    await other.say(two, 'c')
    await other.say(one, 'd')
    await client.has(one, 2)
    expect(client.numbers(two)).toEqual([1])
    expect(other.frames.filter(frame => frame.type === 'message')).toEqual([])
  })

  test('control: a message that the database has in two channels is told in both', async () => {
    const [one, two] = [newChannel(), newChannel()]
    using client = await ChatClient.open(here, { channel: one })
    using other = await ChatClient.open(there, { channel: two })
    await client.say(two, 'a')
    await other.has(two, 1)
    expect(client.numbers(one)).toEqual([])
    await sql(app, 'insert into chat_channels (name, last_seq) values ($1, 1)', [one])
    await sql(
      app,
      `insert into chat_messages (channel, seq, id, client, text)
       select $1, seq, gen_random_uuid(), client, text from chat_messages where channel = $2`,
      [one, two],
    )
    await client.has(one, 1)
  })

  test('those of a person are for that person only', async () => {
    const [owner, stranger] = [await signedIn(app), await signedIn(app)]
    const channel = `private:${owner.userId}:notes`
    using mine = await ChatClient.open(here)
    using theirs = await ChatClient.open(there)
    using nobody = await ChatClient.open(there)
    mine.send({ type: 'auth', token: owner.token })
    theirs.send({ type: 'auth', token: stranger.token })
    nobody.send({ type: 'auth', token: 'forged' })
    for (const client of [mine, theirs, nobody]) client.send({ type: 'subscribe', channel })
    await mine.got(frame => frame.type === 'subscribed')
    for (const client of [theirs, nobody]) {
      await client.got(frame => frame.code === 'forbidden')
      client.send({ type: 'send', id: randomUUID(), channel, text: 'planted' })
    }
    await mine.say(channel, 'mine')
    await mine.got(frame => frame.type === 'message')
    expect(mine.numbers(channel)).toEqual([1])
    expect([...theirs.frames, ...nobody.frames].some(frame => frame.type === 'message')).toBe(false)
  })
})

describe('WS-05 resuming', () => {
  test('replays what was missed, in order, on whichever instance', async () => {
    const channel = newChannel()
    using writer = await ChatClient.open(there)
    const first = await ChatClient.open(here, { channel })
    for (let i = 0; i < 5; i++) await writer.say(channel, `before ${i}`)
    await first.has(channel, 5)
    first.socket.terminate()
    for (let i = 0; i < 7; i++) await writer.say(channel, `during ${i}`)
    using second = await ChatClient.open(there, { channel, after: 5 })
    for (let i = 0; i < 3; i++) await writer.say(channel, `after ${i}`)
    await second.has(channel, 10)
    expect([...first.numbers(channel), ...second.numbers(channel)]).toEqual(upTo(15))
  })

  test('loses and doubles nothing while somebody writes all the time', async () => {
    const channel = newChannel()
    using writer = await ChatClient.open(there)
    let isWriting = true
    let count = 0
    const writing = (async () => {
      while (isWriting) {
        await writer.say(channel, 'x')
        count += 1
      }
    })()
    const seen: number[] = []
    for (let round = 0; round < 6; round++) {
      using client = await ChatClient.open(round % 2 ? here : there, {
        channel,
        after: seen.at(-1) ?? 0,
      })
      await client.has(channel, 5)
      seen.push(...client.numbers(channel))
    }
    isWriting = false
    await writing
    expect(seen.length).toBeGreaterThanOrEqual(30)
    expect(seen).toEqual(upTo(seen.length))
    expect(count).toBeGreaterThanOrEqual(seen.length)
  })

  test('past the window the client is told, and goes on from there', async () => {
    const channel = newChannel()
    using writer = await ChatClient.open(there)
    for (let i = 0; i < 60; i++) await writer.say(channel, `${i}`)
    using late = await ChatClient.open(here, { channel, after: 3 })
    expect(await late.got(frame => frame.type === 'reset')).toMatchObject({ channel, seq: 10 })
    await late.has(channel, 50)
    expect(late.numbers(channel)).toEqual(upTo(60).slice(10))
  })
})

describe('WS-07 Redis comes and goes', () => {
  /** How many instances Redis tells of a channel. */
  const told = async (channel: string) => {
    const [, count] = await redis.pubsub('NUMSUB', `chat:${channel}`).catch(() => [])
    return Number(count)
  }

  test('messages are stored, told late, and subscriptions come back by themselves', async () => {
    const channel = newChannel()
    using one = await ChatClient.open(here, { channel })
    using two = await ChatClient.open(there, { channel })
    await one.say(channel, 'before')
    await app.redis.kill()
    await one.say(channel, 'during')
    await two.say(channel, 'during')
    await two.has(channel, 3)
    await app.redis.restart()
    await eventually(
      () => told(channel),
      count => count === 2,
      20_000,
    )
    await two.say(channel, 'after')
    for (const client of [one, two]) {
      await client.has(channel, 4)
      expect(client.numbers(channel)).toEqual(upTo(4))
    }
  })

  control(
    'redis-reconnect',
    'an instance is told nothing more after a restart of Redis (WS-07)',
    async ({ defencesOff }) => {
      const careless = await app.startInstance('careless', ['realtime'], { defencesOff })
      const [before, after] = [newChannel(), newChannel()]
      using _one = await ChatClient.open(here, { channel: before })
      using _two = await ChatClient.open(careless, { channel: before })
      await eventually(
        () => told(before),
        count => count === 2,
      )
      await app.redis.kill()
      await app.redis.restart()
      await eventually(
        () => told(before),
        count => count === 1,
        20_000,
      )
      using _three = await ChatClient.open(careless, { channel: after })
      expect(await told(after)).toBe(0)
      await careless.process.kill()
    },
    60_000,
  )
})
