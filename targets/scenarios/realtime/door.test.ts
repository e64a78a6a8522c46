import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, vi } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { figure } from '../figure.ts'
import { patience } from '../patience.ts'
import { eventually, signedIn } from '../person.ts'
import { SocketClient } from '../socket-client.ts'
import { test } from '../warm.ts'
import { knock } from './knock.ts'

const paths = ['/chat?client=test', '/agents', '/messages'] as const
const nameOf = (path: string) => path.replace(/\?.*/, '')
/** So long that a machine that does much else does not make a lively client look dead. */
const everyMs = 1_500
const defenceSettings = {
  ...patience,
  'websocket-heartbeat': { everyMs },
  'flood-guard': { framesPerSecond: 50, burst: 100 },
}

vi.setConfig({ testTimeout: 90_000 })

let app: Application
let here: Instance
test.beforeAll(async ({ warm }) => {
  app = await startApplication(
    { instances: [['api', 'realtime']], config: { defenceSettings } },
    warm,
  )
  here = app.instances[0]
})
afterAll(() => app?.[Symbol.asyncDispose]())

const lives = async (instance: Instance) =>
  expect((await instance.client('realtime').get('/health/live')).status).toBe(200)

describe.each(paths)('WS-08 bad clients of %s', path => {
  const attacks = {
    'not JSON': [(client: SocketClient) => client.send('{'), 1007],
    'bytes that are no text': [
      (client: SocketClient) => client.socket.send(Buffer.from([1])),
      1003,
    ],
    'another protocol': [(client: SocketClient) => client.send({ type: 'shutdown' }), 1008],
    'too much at once': [(client: SocketClient) => client.send('x'.repeat(200_000)), 1009],
    'a flood': [
      (client: SocketClient) => {
        for (let i = 0; i < 600; i++) client.send({ type: 'auth', token: 'x' })
      },
      1008,
    ],
    'invalid UTF-8': [
      (client: SocketClient) => client.socket.send(Buffer.from([0xff, 0xfe]), { binary: false }),
      1007,
    ],
  } as const

  test.each(Object.entries(attacks))('%s closes that socket alone', async (_, [attack, code]) => {
    using witness = await new SocketClient(here, path).opened()
    using client = await new SocketClient(here, path).opened()
    attack(client)
    expect(await client.whenClosed()).toBe(code)
    witness.send({ type: 'auth', token: 'nobody' })
    expect(await witness.got(frame => frame.type === 'error')).toMatchObject({ about: 'auth' })
    await lives(here)
  })
})

describe('WS-08 bad requests', () => {
  test.each([
    ['/nowhere', '404'],
    ['/chat', '400'],
    ['/chat?client=test&channel=%20', '400'],
    ['//', '404'],
    ['http://[', '404'],
  ])('%s is answered, and hurts nobody', async (target, status) => {
    expect(await text(knock(here, target))).toContain(`HTTP/1.1 ${status} `)
    await lives(here)
  })

  test('who resets the connection in the middle of it hurts nobody', async () => {
    for (const target of ['/nowhere', '/chat', ...paths]) {
      const socket = knock(here, target)
      socket.on('error', () => {})
      await once(socket, 'connect')
      socket.resetAndDestroy()
    }
    await lives(here)
  })
})

control(
  'flood-guard',
  'a client may send as fast as it can (WS-08)',
  async ({ defencesOff }) => {
    const open = await app.startInstance('floodable', ['realtime'], { defencesOff })
    using client = await new SocketClient(open, '/agents').opened()
    for (let i = 0; i < 200; i++) client.send({ type: 'auth', token: 'x' })
    await eventually(
      async () => client.frames.length,
      answered => answered === 200,
      20_000,
    )
    expect(client.closed).toBeUndefined()
    await open.process.kill()
  },
  60_000,
)

test('SES-05 who logs out is cut off on every path, and nobody else', async () => {
  const [leaving, staying] = [await signedIn(app), await signedIn(app)]
  const open = async (path: string, { token }: Client) =>
    (await new SocketClient(here, path).opened()).signIn(token)
  const left = await Promise.all(paths.map(path => open(path, leaving)))
  const stayed = await Promise.all(paths.map(path => open(path, staying)))
  expect((await leaving.post('/v1/logout')).status).toBeLessThan(300)
  for (const client of left) expect(await client.whenClosed()).toBe(1008)
  expect(stayed.map(({ closed }) => closed)).toEqual([undefined, undefined, undefined])
  for (const client of stayed) client[Symbol.dispose]()
}, 60_000)

/** Reads all, and never answers a ping. */
async function silent(instance: Instance, path: string) {
  const socket = knock(instance, path)
  const closed = once(socket, 'close')
  await once(socket, 'data')
  return { socket, closed }
}

test('WS-04 a peer that has gone silent is closed on every path, and one that answers is kept', async () => {
  await Promise.all(
    paths.map(async path => {
      using talker = await new SocketClient(here, path).opened()
      const labels = { path: nameOf(path), reason: 'silent' }
      const before = await figure(here, 'websocket_cut_total', labels)
      await (await silent(here, path)).closed
      expect(await figure(here, 'websocket_cut_total', labels)).toBe(before + 1)
      expect(talker.closed).toBeUndefined()
    }),
  )
})

control(
  'websocket-heartbeat',
  'a dead peer is kept for good (WS-04)',
  async ({ defencesOff }) => {
    const patient = await app.startInstance('patient', ['realtime'], { defencesOff })
    const { socket } = await silent(patient, '/agents')
    // Longer than the other instance takes for one that came later.
    await (await silent(here, '/agents')).closed
    expect(socket.closed).toBe(false)
    expect(await figure(patient, 'websocket_connections', { path: '/agents' })).toBe(1)
    socket.destroy()
    await patient.process.kill()
  },
  60_000,
)
