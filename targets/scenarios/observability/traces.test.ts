import { randomUUID } from 'node:crypto'
import { afterAll, expect, vi } from 'vitest'
import { AgentClient } from '../agents/agent-client.ts'
import { type ApplicationAt, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { namesOf, progress } from '../messages/mail-room.ts'
import { order, product, shopkeeper } from '../orders/shop.ts'
import { patience } from '../patience.ts'
import { eventually, newPerson, signedIn } from '../person.ts'
import { ChatClient } from '../realtime/chat-client.ts'
import type { OwnPlace } from '../servers.ts'
import { SocketClient } from '../socket-client.ts'
import { test } from '../warm.ts'
import { linesOf } from './log.ts'

vi.setConfig({ testTimeout: 90_000 })

let app: ApplicationAt<OwnPlace>
let person: Client
test.beforeAll(async ({ ownPostgres }) => {
  // A process each, so that an id that arrives has travelled.
  const instances = [['api'], ['realtime'], ['worker']] as const
  app = await startApplication(
    {
      instances,
      peers: ['payments', 'smtp'],
      config: { defenceSettings: patience },
    },
    ownPostgres,
  )
  person = await signedIn(app)
})
afterAll(() => app?.[Symbol.asyncDispose]())

const realtime = () => app.instances[1] ?? app.instances[0]

/** What was logged under an id, once this is among it. */
async function story(trace: string, last: string): Promise<readonly string[]> {
  const lines = await eventually(
    () => linesOf(app, trace),
    seen => seen.some(({ event, msg }) => (event ?? msg) === last),
    20_000,
  )
  return lines.map(({ instance, event, msg }) => `${instance}: ${event ?? msg}`)
}

test('MSG-01 a message that came by HTTP has one id in every process and at every stage', async () => {
  const trace = `trace-${randomUUID()}`
  const message = { id: randomUUID(), kind: 'note', body: 'x' }
  await person.post('/v1/messages', message, { headers: { 'x-request-id': trace } })
  expect(await story(trace, 'message-notified')).toEqual([
    'app-1: answered',
    'app-3: message-stored',
    'app-3: message-notified',
  ])
  expect((await progress(person, message.id)).trace).toBe(trace)
})

test('MSG-01 a message that came by web socket has one id from its frame to its notice', async () => {
  using client = await new SocketClient(realtime(), '/messages').opened()
  await client.signIn(person.token)
  client.send({ type: 'listen' })
  const id = randomUUID()
  client.send({ type: 'post', id, message: { kind: 'note', body: 'x' } })
  expect(await client.got(frame => frame.type === 'accepted')).toEqual({
    type: 'accepted',
    id,
    lane: 'default',
    trace: id,
  })
  const notice = await client.got(frame => frame.messageId === id)
  expect(notice).toMatchObject({ type: 'notice', trace: id })
  expect(await story(id, 'message-notified')).toEqual([
    'app-2: frame',
    'app-3: message-stored',
    'app-3: message-notified',
  ])
  const seen = await progress(person, id)
  expect(seen.trace).toBe(id)
  expect(namesOf(seen)).toEqual(['received', 'routed', 'stored', 'notified'])
})

test('AGT-02 a run has one id from the frame that asks for it to its end', async () => {
  using agents = await AgentClient.of(person, realtime())
  const id = agents.ask({ tool: 'recall' })
  await agents.ended(id)
  expect(await story(id, 'agent-run-ended')).toEqual(['app-2: frame', 'app-3: agent-run-ended'])
})

test('ACC-01 a mail is sent under the id of the request that asked for it', async () => {
  const trace = `trace-${randomUUID()}`
  const headers = { 'x-request-id': trace }
  await app.instances[0].client().post('/v1/accounts', newPerson(), { headers })
  expect(await story(trace, 'mail-sent')).toEqual(['app-1: answered', 'app-3: mail-sent'])
})

test('ORD-04 a payment in doubt is asked about, and told, under the id it was made with', async () => {
  const items = [{ productId: await product(await shopkeeper(app), { stock: 1 }), quantity: 1 }]
  const { id } = (await order(person, items)).body
  const trace = `trace-${randomUUID()}`
  const fault = await app.payments.admin.post({ kind: 'reset', after: true })
  const paid = await person.post(`/v1/orders/${id}/pay`, undefined, {
    headers: { 'x-request-id': trace },
  })
  expect(paid.status).toBe(202)
  await app.payments.admin.heal(fault)
  const told = await story(trace, 'order-told')
  expect(new Set(told)).toEqual(
    new Set(['app-1: answered', 'app-3: payment-settled', 'app-3: order-told']),
  )
})

test('what goes wrong is told under the id of the request or frame it went wrong for', async () => {
  using chat = await ChatClient.open(realtime())
  const [request, frame] = [`trace-${randomUUID()}`, randomUUID()]
  await app.postgres.kill()
  const answer = await person.post(
    '/v1/messages',
    { kind: 'note', body: 'x' },
    { headers: { 'x-request-id': request } },
  )
  expect([answer.status, answer.headers.get('x-request-id')]).toEqual([503, request])
  chat.send({ type: 'send', id: frame, channel: 'x', text: 'x' })
  await chat.got(({ type, about }) => type === 'error' && about === frame)
  await app.postgres.restart()
  const levelOf = async (trace: string) =>
    (await linesOf(app, trace)).filter(({ level }) => level === 40).length
  expect(await levelOf(request)).toBeGreaterThan(0)
  expect(await levelOf(frame)).toBeGreaterThan(0)
})
