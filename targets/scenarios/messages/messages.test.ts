import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { eventually, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'
import { copiesOf, namesOf, notified, post, progress, supporter, whenIn } from './mail-room.ts'

const attempts = 4
const backoff = { baseMs: 40, capMs: 100 }

let app: Application
let sender: Client
test.beforeAll(async ({ warm }) => {
  app = await startApplication(
    {
      config: {
        defenceSettings: {
          'dead-letter-queue': { attempts },
          'message-backoff': backoff,
          'pool-limits': { acquireMs: 8_000, statementMs: 8_000 },
        },
      },
    },
    warm,
  )
  sender = await signedIn(app)
})
afterAll(() => app?.[Symbol.asyncDispose]())

describe('MSG-01 the pipeline', () => {
  test('takes a message from the door to its notice, under one id', async () => {
    const headers = { 'x-request-id': `trace-${randomUUID()}` }
    const message = { id: randomUUID(), kind: 'note', body: 'hello' }
    const accepted = await sender.post('/v1/messages', message, { headers })
    expect(accepted).toMatchObject({ status: 202, body: { id: message.id, lane: 'default' } })
    const done = await eventually(
      () => progress(sender, message.id),
      seen => namesOf(seen).includes('notified'),
      20_000,
    )
    expect(done).toMatchObject({ state: 'done', trace: headers['x-request-id'], attempts: 1 })
    expect(namesOf(done)).toEqual(['received', 'routed', 'stored', 'notified'])
    expect(done.stages.map(({ at }) => at)).toEqual(done.stages.map(({ at }) => at).toSorted())
    expect(await notified(sender)).toContain(message.id)
    const { body } = await sender.get('/v1/messages?limit=200')
    expect(body.messages).toContainEqual(expect.objectContaining({ ...message, lane: 'default' }))
  })

  test('control: a stage that is lost on the way is missed', async () => {
    const id = await post(sender)
    const all = ['received', 'routed', 'stored', 'notified']
    const story = async () => namesOf(await progress(sender, id))
    await eventually(story, names => names.includes('notified'), 20_000)
    expect(await story()).toEqual(all)
    await sql(app, 'update messages_jobs set stages = stages - 2 where id = $1', [id])
    expect(await story()).toEqual(['received', 'routed', 'notified'])
  })

  test('takes the same message once, and nobody else under its id', async () => {
    const id = await post(sender)
    expect(await post(sender, { id })).toBe(id)
    const other = await signedIn(app)
    const taken = await other.post('/v1/messages', { id, kind: 'note', body: 'mine' })
    expect(taken).toMatchObject({ status: 409, body: { code: 'id-taken' } })
    await whenIn(sender, id, 'done')
    expect(await copiesOf(app, id)).toBe(1)
  })

  test.each([
    [{ kind: 'shout', body: 'x' }],
    [{ kind: 'note', body: '' }],
    [{ kind: 'note', body: 'x', priority: 10 }],
    [{ kind: 'note', body: 'x', quality: 1.5 }],
    [{ kind: 'reply', body: 'x' }],
    [{ kind: 'note', body: 'x', extra: 1 }],
    [[]],
    ['not JSON'],
  ])('refuses %j at the door', async body => {
    expect((await sender.post('/v1/messages', body)).status).toBe(400)
  })
})

describe('MSG-02 routing', () => {
  test.each([
    [{ priority: 9 }, 'urgent'],
    [{ priority: 0 }, 'bulk'],
    [{ quality: 0.1, priority: 9 }, 'review'],
    [{ quality: 0.9 }, 'default'],
  ])('handles %j in the lane %s', async (fields, lane) => {
    const done = await whenIn(sender, await post(sender, fields), 'done')
    expect(done.lane).toBe(lane)
  })
})

describe('MSG-03 retries and dead letters', () => {
  test('a message that cannot be handled yet is tried until it can', async () => {
    const parent = randomUUID()
    const reply = await post(sender, { kind: 'reply', inReplyTo: parent })
    await eventually(
      () => progress(sender, reply),
      seen => namesOf(seen).includes('failed'),
    )
    await post(sender, { id: parent, priority: 9 })
    const settled = await eventually(
      () => progress(sender, reply),
      seen => seen.state !== 'waiting',
      20_000,
    )
    // On a slow machine its attempts may run out first; then it is redriven, and that is it.
    if (settled.state === 'dead') {
      await whenIn(sender, parent, 'done')
      await (await supporter(app)).post(`/v1/dead-letters/${reply}/redrive`)
    }
    expect(namesOf(await whenIn(sender, reply, 'done'))).toContain('failed')
    expect(await copiesOf(app, reply)).toBe(1)
  })

  test('after its last attempt it is a dead letter with reason and history, and comes back', async () => {
    const parent = randomUUID()
    const reply = await post(sender, { kind: 'reply', inReplyTo: parent })
    const dead = await whenIn(sender, reply, 'dead')
    expect(dead.reason).toMatch(/not here/)
    const failures = dead.stages.filter(({ stage }) => stage === 'failed')
    expect(failures.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4])
    const delays = failures.slice(0, -1).map(({ retryInMs }) => retryInMs ?? Number.NaN)
    for (const [index, delay] of delays.entries()) {
      expect(delay).toBeLessThanOrEqual(Math.min(backoff.capMs, backoff.baseMs * 2 ** index))
      const [failed, next] = failures.slice(index).map(({ at }) => Date.parse(at))
      expect((next ?? 0) - (failed ?? 0)).toBeGreaterThanOrEqual(delay - 1)
    }
    expect(await copiesOf(app, reply)).toBe(0)

    const support = await supporter(app)
    const letters = (await support.get('/v1/dead-letters?limit=200')).body.deadLetters
    expect(letters).toContainEqual(expect.objectContaining({ id: reply, reason: dead.reason }))
    await whenIn(sender, await post(sender, { id: parent }), 'done')
    expect((await support.post(`/v1/dead-letters/${reply}/redrive`)).status).toBe(202)
    const done = await whenIn(sender, reply, 'done')
    expect(namesOf(done)).toEqual(expect.arrayContaining(['dead', 'redriven', 'stored']))
    expect(await copiesOf(app, reply)).toBe(1)
    expect((await support.post(`/v1/dead-letters/${reply}/redrive`)).status).toBe(404)
  })

  test('dead letters are for those who look after them', async () => {
    expect((await sender.get('/v1/dead-letters')).status).toBe(403)
    expect((await sender.post(`/v1/dead-letters/${randomUUID()}/redrive`)).status).toBe(403)
  })
})

describe('MSG-04 poison', () => {
  test('is set aside, and the rest flows', async () => {
    const poison: string[] = []
    const healthy: string[] = []
    for (const body of ['{', '[]', 'null', '{"a":{}}', '"x"', '{"a":1']) {
      poison.push(await post(sender, { kind: 'form', body }))
      healthy.push(await post(sender, { kind: 'form', body: '{"a":1}' }))
    }
    for (const id of healthy)
      expect(await whenIn(sender, id, 'done')).toMatchObject({ attempts: 1 })
    for (const id of poison) {
      expect(await whenIn(sender, id, 'dead')).toMatchObject({ attempts })
      expect(await copiesOf(app, id)).toBe(0)
    }
  })
})

describe('MSG-07 isolation', () => {
  test('nobody sees the messages, progress or notices of another', async () => {
    const other = await signedIn(app)
    const id = await post(sender)
    await whenIn(sender, id, 'done')
    await eventually(
      () => notified(sender),
      told => told.includes(id),
    )
    expect((await sender.get(`/v1/messages/${id}`)).status).toBe(200)
    expect((await other.get(`/v1/messages/${id}`)).status).toBe(404)
    expect((await other.get('/v1/messages')).body.messages).toEqual([])
    expect(await notified(other)).toEqual([])
    const reply = await post(other, { kind: 'reply', inReplyTo: id })
    expect((await whenIn(other, reply, 'dead')).reason).toMatch(/not here/)
  })

  test('control: a message that leaks is seen by who must not see it', async () => {
    const other = await signedIn(app)
    const id = await post(sender)
    await whenIn(sender, id, 'done')
    expect((await other.get(`/v1/messages/${id}`)).status).toBe(404)
    const leak = 'update messages_jobs set user_id = $1 where id = $2'
    await sql(app, leak, [other.userId, id])
    expect((await other.get(`/v1/messages/${id}`)).status).toBe(200)
  })

  test('and nobody anything without signing in', async () => {
    const stranger = app.instances[0].client()
    for (const path of ['/v1/messages', '/v1/notices', `/v1/messages/${randomUUID()}`]) {
      expect((await stranger.get(path)).status).toBe(401)
    }
    expect((await stranger.post('/v1/messages', { kind: 'note', body: 'x' })).status).toBe(401)
  })
})
