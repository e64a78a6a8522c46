import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, vi } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { patience } from '../patience.ts'
import { eventually, signedIn } from '../person.ts'
import { type Frame, SocketClient } from '../socket-client.ts'
import { test } from '../warm.ts'
import { copiesOf, post, progress, whenIn } from './mail-room.ts'

vi.setConfig({ testTimeout: 90_000 })

let app: Application
test.beforeAll(async ({ warm }) => {
  const defenceSettings = {
    ...patience,
    'dead-letter-queue': { attempts: 2 },
    'message-backoff': { baseMs: 20, capMs: 20 },
  }
  app = await startApplication({ config: { defenceSettings } }, warm)
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** A web socket of somebody, signed in, at one instance or the other. */
const open = async ({ token }: Client, instance = app.instances[0]) =>
  (await new SocketClient(instance, '/messages').opened()).signIn(token)

/** Posts a note; resolves to what came back. */
async function say(client: SocketClient, message: object = {}, id: string = randomUUID()) {
  client.send({ type: 'post', id, message: { kind: 'note', body: 'hello', ...message } })
  return client.got(frame => frame.trace === id || frame.about === id)
}

const noticesOf = ({ frames }: SocketClient) => frames.filter(({ type }) => type === 'notice')
const noticeOf = (client: SocketClient, { id }: Frame) =>
  client.got(({ type, messageId }) => type === 'notice' && messageId === id)

describe('MSG-01 messages by web socket', () => {
  test('are routed and handled like those by HTTP, and the same one again is the same', async () => {
    const person = await signedIn(app)
    using client = await open(person)
    const urgent = await say(client, { priority: 9 })
    expect(urgent).toMatchObject({ type: 'accepted', lane: 'urgent' })
    const id = urgent.id ?? ''
    await say(client, { priority: 9 }, id)
    const answers = () => client.frames.filter(({ trace }) => trace === id)
    expect(
      await eventually(
        async () => answers(),
        all => all.length === 2,
      ),
    ).toEqual([urgent, urgent])
    await whenIn(person, id, 'done')
    expect(await copiesOf(app, id)).toBe(1)
    const named = randomUUID()
    const request = randomUUID()
    expect(await say(client, { id: named }, request)).toMatchObject({ id: named, trace: request })
    expect((await progress(person, named)).trace).toBe(request)
  })

  test('are told of once each, also after a reconnect to another instance', async () => {
    const person = await signedIn(app)
    const first = await open(person)
    first.send({ type: 'listen' })
    const one = await say(first)
    const heard = await noticeOf(first, one)
    first[Symbol.dispose]()
    const missed = await post(person)
    using second = await open(person, app.instances[1])
    second.send({ type: 'listen', after: heard.cursor })
    await noticeOf(second, { type: 'post', id: missed })
    const last = await say(second)
    await noticeOf(second, last)
    expect(noticesOf(second).map(({ messageId }) => messageId)).toEqual([missed, last.id])
  })

  test('that are poison are dead letters with their story, and the rest flows', async () => {
    const person = await signedIn(app)
    using client = await open(person)
    const poison = await say(client, { kind: 'form', body: '{' })
    const healthy = await say(client)
    await whenIn(person, healthy.id ?? '', 'done')
    expect(await whenIn(person, poison.id ?? '', 'dead')).toMatchObject({ attempts: 2 })
  })
})

describe('MSG-07 isolation by web socket', () => {
  test('nobody hears of the messages of another, takes their ids, or posts unknown', async () => {
    const [owner, other] = [await signedIn(app), await signedIn(app)]
    using mine = await open(owner)
    using theirs = await open(other)
    using nobody = await new SocketClient(app.instances[0], '/messages').opened()
    for (const client of [mine, theirs, nobody]) client.send({ type: 'listen' })
    expect(await nobody.got(({ type }) => type === 'error')).toMatchObject({
      code: 'unauthenticated',
    })
    expect(await say(nobody)).toMatchObject({ code: 'unauthenticated' })
    const message = await say(mine)
    expect(await say(theirs, { id: message.id })).toMatchObject({ code: 'id-taken' })
    await noticeOf(mine, message)
    await noticeOf(theirs, await say(theirs))
    expect(noticesOf(theirs)).toHaveLength(1)
    expect(noticesOf(nobody)).toEqual([])
  })

  test('who signs in as another on the same socket hears nothing more of the first', async () => {
    const [first, second] = [await signedIn(app), await signedIn(app)]
    using client = await open(first)
    client.send({ type: 'listen' })
    await client.got(({ type }) => type === 'listening')
    await client.signIn(second.token)
    client.send({ type: 'listen' })
    const before = await post(first)
    await whenIn(first, before, 'done')
    const own = await say(client)
    await noticeOf(client, own)
    expect(noticesOf(client).map(({ messageId }) => messageId)).toEqual([own.id])
  })
})
