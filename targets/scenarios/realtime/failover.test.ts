import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Address } from '../../proxy.ts'
import { planSentinel, type SentinelCluster } from '../../redis-sentinel.ts'
import { withClient } from '../../runtime/redis-node.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import { patience } from '../patience.ts'
import { eventually } from '../person.ts'
import { ChatClient, upTo } from './chat-client.ts'

const timeoutMs = 120_000
const withinMs = 40_000

let app: Application
let redis: SentinelCluster
let here: Instance
let there: Instance
beforeAll(async () => {
  app = await startApplication({ instances: [['worker']] })
  const options = { replicas: 1, sentinels: 3, downAfterMs: 1_000 }
  const plan = await planSentinel(app.run, options)
  redis = await plan.start()
  const address = ({ host, port }: Address): Address => ({ host, port })
  const natMap = plan.nodes.map(node => [`${node.host}:${node.port}`, address(node)])
  const config = {
    redis: {
      sentinels: plan.sentinels.map(address),
      name: plan.masterName,
      natMap: Object.fromEntries(natMap),
    },
    // So late that what is told in time was told by Redis.
    defenceSettings: { ...patience, 'websocket-resume': { pollMs: timeoutMs } },
  }
  const start = (name: string) => app.startInstance(name, ['realtime'], config)
  ;[here, there] = await Promise.all([start('here'), start('there')])
}, timeoutMs)
afterAll(() => app?.[Symbol.asyncDispose]())

/** How many instances the present primary has as subscribers of a channel; none while there is none. */
async function subscribers(channel: string): Promise<number> {
  const primary = await redis.primary()
  return withClient(primary, async client => {
    const [, count] = await client.pubsub('NUMSUB', `chat:${channel}`)
    return Number(count)
  }).catch(() => 0)
}

const listed = z.record(z.string(), z.object({ counters: z.object({ connections: z.number() }) }))

/** Which nodes an instance has reached by its links. */
async function reachedBy({ name }: Instance): Promise<readonly string[]> {
  const adminUrl = app.proxies.links[0]?.adminUrl
  const links = listed.parse(await (await fetch(`${adminUrl}/proxies`)).json())
  return ['sentinel-1', 'redis-1', 'redis-2'].filter(
    node => (links[`${name}>${node}`]?.counters.connections ?? 0) > 0,
  )
}

test(
  'WS-07 after a failover of Redis subscriptions come back by themselves, and nothing was lost',
  async () => {
    const channel = `room-${randomUUID()}`
    const clients = await Promise.all([here, there].map(each => ChatClient.open(each, { channel })))
    const [one, two] = clients
    await one?.say(channel, 'before')
    const killed = await redis.primary()
    await killed.kill()
    await one?.say(channel, 'during')
    await two?.say(channel, 'during')
    await eventually(
      () => redis.primary().catch(() => killed),
      primary => primary !== killed,
      withinMs,
    )
    await eventually(
      () => subscribers(channel),
      count => count === 2,
      withinMs,
    )
    // What is told before an instance can publish again is told with the next that is.
    await eventually(
      async () => {
        await two?.say(channel, 'after')
        return clients.map(client => client.numbers(channel).length)
      },
      counts => counts.every(count => count >= 4),
      withinMs,
    )
    // Each reached the old primary and the new one where faults can be put, not past the links.
    for (const instance of [here, there]) {
      expect(await reachedBy(instance)).toEqual(['sentinel-1', 'redis-1', 'redis-2'])
    }
    for (const client of clients) {
      const numbers = client.numbers(channel)
      expect(numbers).toEqual(upTo(numbers.length))
      client[Symbol.dispose]()
    }
  },
  timeoutMs,
)
