import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { reservePort } from '../../runtime/reserve-port.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import { control } from '../control.ts'
import { patience } from '../patience.ts'
import { eventually } from '../person.ts'
import { test } from '../warm.ts'
import { ChatClient, upTo } from './chat-client.ts'
import { SteadyClient } from './steady-client.ts'

const timeoutMs = 90_000
const withinMs = 40_000
const everyMs = 1_500
/** So long that the instance that stays is not taken for dead on a machine that does much else. */
const silentMs = 2.5 * everyMs

let app: Application
let steady: Instance
/** On a port of its own, so that it comes back where it was. */
let mortal: Instance
test.beforeAll(async ({ warm }) => {
  const defenceSettings = { ...patience, 'websocket-heartbeat': { everyMs } }
  app = await startApplication({ instances: [['realtime']], config: { defenceSettings } }, warm)
  steady = app.instances[0]
  const { port, release } = await reservePort()
  await release()
  mortal = await app.startInstance('mortal', ['realtime'], { ports: { realtime: port } })
})
afterAll(() => app?.[Symbol.asyncDispose]())

const until = (look: () => boolean) =>
  eventually(
    async () => look(),
    isSo => isSo,
    withinMs,
  )
const backAgain = () =>
  eventually(
    () =>
      mortal
        .client('realtime')
        .get('/health/live')
        .then(
          ({ status }) => status,
          () => 0,
        ),
    status => status === 200,
    withinMs,
  )

/** What happens to an instance, and how its clients hear of it. */
const cuts = {
  'is killed': { cut: () => mortal.process.kill(), code: 1006 },
  'is stopped': { cut: () => mortal.process.stop(), code: 1012 },
  'freezes (WS-04 on the side of the client)': { cut: () => mortal.process.pause(), code: 1006 },
} as const

describe('WS-05 an instance that', () => {
  test.each(Object.entries(cuts))(
    '%s costs its clients no message, and none twice',
    async (_, { cut, code }) => {
      const channel = `room-${randomUUID()}`
      using writer = await ChatClient.open(steady)
      await using reader = new SteadyClient({ channel, instances: [mortal, steady], silentMs })
      await until(() => reader.isSubscribed)
      for (let i = 0; i < 5; i++) await writer.say(channel, 'before')
      await until(() => reader.numbers.length === 5)
      await cut()
      for (let i = 0; i < 5; i++) await writer.say(channel, 'during')
      await until(() => reader.ends.length > 0 && reader.numbers.length >= 10)
      for (let i = 0; i < 5; i++) await writer.say(channel, 'after')
      await until(() => reader.numbers.length >= 15)
      expect(reader.numbers).toEqual(upTo(15))
      expect(reader.ends[0]).toBe(code)
      await mortal.process.restart()
      await backAgain()
    },
    timeoutMs,
  )
})

test(
  'WS-04 control: a client that does not listen for the heartbeat waits for a frozen instance for good',
  async () => {
    const channel = `room-${randomUUID()}`
    using writer = await ChatClient.open(steady)
    using deaf = await ChatClient.open(mortal, { channel })
    await using reader = new SteadyClient({ channel, instances: [mortal, steady], silentMs })
    await until(() => reader.isSubscribed)
    await mortal.process.pause()
    await writer.say(channel, 'during')
    await until(() => reader.numbers.length === 1)
    expect(deaf.closed).toBeUndefined()
    expect(deaf.numbers(channel)).toEqual([])
    await mortal.process.resume()
  },
  timeoutMs,
)

control(
  'websocket-resume',
  'what was said while a client was away is lost to it (WS-05)',
  async ({ defencesOff }) => {
    const careless = await app.startInstance('careless', ['realtime'], { defencesOff })
    const channel = `room-${randomUUID()}`
    using writer = await ChatClient.open(steady)
    await writer.say(channel, 'before')
    using client = await ChatClient.open(careless, { channel, after: 0 })
    await writer.say(channel, 'after')
    await until(() => client.numbers(channel).length > 0)
    expect(client.numbers(channel)).toEqual([2])
    await careless.process.kill()
  },
  timeoutMs,
)
