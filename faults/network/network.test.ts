import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault } from '../../lab/model/fault.ts'
import type { TestLink } from '../proxy/testing/message-proxy.ts'
import { echo, type Upstream, upstream } from '../proxy/testing/proxied.ts'
import { type FaultBench, faultBench, type OnePart, part, play } from '../testing/fault-bench.ts'
import { totalLanded } from '../testing/total-landed.ts'
import { bandwidth } from './bandwidth.ts'
import { blackHole } from './black-hole.ts'
import { closeConnections } from './close-connections.ts'
import { connectTimeout } from './connect-timeout.ts'
import { cutAfter } from './cut-after.ts'
import { down, undo as healDown } from './down.ts'
import { halfOpen } from './half-open.ts'
import { latency } from './latency.ts'
import { packetLoss } from './packet-loss.ts'
import { reset } from './reset.ts'
import { toxicFault } from './toxic-fault.ts'

/** How long it took, or why it did not come. */
type Echoed = number | 'ended' | 'silent'

const message = Buffer.alloc(20_000, 'x')
const limitData = toxicFault('limitData', part, {
  type: 'limit_data',
  attributes: { bytes: 1_000 },
  streams: ['downstream'],
  counts: 'bytes',
})

const faults: readonly [Fault<OnePart>, hurts: (found: Echoed) => boolean][] = [
  [latency(part, '300ms'), found => Number(found) >= 299],
  [bandwidth(part, 50), found => Number(found) >= 250],
  [blackHole(part), found => found === 'silent'],
  [reset(part), found => found === 'ended'],
  [reset(part, { client: '127.0.0.1' }), found => found === 'ended'],
  [closeConnections(part), found => found === 'ended'],
  [cutAfter(part, { bytes: 1_000 }), found => found === 'ended'],
  [halfOpen(part), found => found === 'silent'],
  [halfOpen(part, { left: 'server' }), found => found === 'ended'],
  [connectTimeout(part), found => found === 'silent'],
  // Six waits each way, each twice the one before: 2 × 630 ms.
  [packetLoss(part, 1, { resentAfter: '10ms' }), found => Number(found) >= 1_259],
  [limitData, found => found === 'ended'],
  [down(part), found => found === 'ended'],
]
const rows = faults.map(([fault, hurts]) => [fault.label, fault, hurts] as const)

let bench: FaultBench
let server: Upstream
beforeAll(async () => {
  bench = await faultBench()
  server = await echo()
})
afterAll(async () => {
  await bench?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

const linked = () => bench.system('tcp', { host: '127.0.0.1', port: server.port })

function dial({ host, port }: TestLink): Socket {
  return connect({ host, port, noDelay: true }).on('error', () => {})
}

/** Says the message on a new connection and hears it again; `silent` after `patienceMs`. */
async function echoed(link: TestLink, patienceMs: number): Promise<Echoed> {
  const socket = dial(link)
  try {
    return await echoedOn(socket, patienceMs)
  } finally {
    socket.destroy()
  }
}

function echoedOn(socket: Socket, patienceMs: number): Promise<Echoed> {
  const began = performance.now()
  socket.write(message)
  return new Promise<Echoed>(resolve => {
    let heard = 0
    socket.on('data', data => {
      heard += data.length
      if (heard === message.length) resolve(performance.now() - began)
    })
    socket.on('close', () => resolve('ended'))
    if (socket.closed) resolve('ended')
    setTimeout(() => resolve('silent'), patienceMs)
  })
}

const patience = 20_000
/** What tells how many connects got no answer. */
const hasSs = process.platform === 'linux' && spawnSync('ss', ['-V']).status === 0

/** Something, where this machine can tell. */
const hasLanded = ({ name }: Fault<OnePart>): unknown =>
  name !== 'connectTimeout' || hasSs ? expect.toSatisfy((n: number) => n > 0) : 0

test.each(rows)('%s hurts, says that it landed, and is undone twice', async (_, fault, hurts) => {
  const { system, at } = await linked()
  const idle = dial(at)
  await once(idle, 'connect')
  // The control: calm, the fastest of a few is not hurt, however busy the machine.
  const calm = [1, 2, 3, 4].map(() => echoed(at, patience))
  expect((await Promise.all(calm)).some(found => !hurts(found))).toBe(true)
  const planned = await fault.plan(system, bench.context)
  expect(planned.touches).toEqual([at.name])
  expect(await at.toxics()).toEqual([])
  const injection = await planned.apply()
  expect(hurts(await echoed(at, hurts('silent') ? 300 : patience))).toBe(true)
  if (fault.name !== 'connectTimeout' || hasSs) {
    await expect
      .poll(async () => totalLanded(await injection.landed()), { timeout: patience })
      .toBeGreaterThan(0)
  }
  await play(planned.undo)
  await play(planned.undo)
  expect(await at.toxics()).toEqual([])
  expect(await echoed(at, patience)).toBeTypeOf('number')
  idle.destroy()
})

test.each(rows)('%s says so when it touched nothing', async (_, fault) => {
  const { system, at } = await linked()
  const { apply, undo } = await fault.plan(system, bench.context)
  const injection = await apply()
  expect(await injection.landed()).toEqual({ [at.name]: 0 })
  await play(undo)
})

test.each(rows)(
  '%s tells of each link by itself, of an idle one that it touched nothing',
  async (_, fault) => {
    const [used, idle] = [await linked(), await linked()]
    const links = [...used.system.links, ...idle.system.links]
    const system = { ...used.system, links, part: { name: 'part', links } }
    const open = dial(used.at)
    await once(open, 'connect')
    const { apply, undo } = await fault.plan(system, bench.context)
    const injection = await apply()
    open.write(message)
    const told = async () => {
      if (fault.name === 'connectTimeout') dial(used.at)
      return await injection.landed()
    }
    const touched = { [used.at.name]: hasLanded(fault), [idle.at.name]: 0 }
    await expect.poll(told, { timeout: patience, interval: 200 }).toEqual(touched)
    open.destroy()
    await play(undo)
  },
)

const ofAnswers = [latency(part, '300ms'), reset(part), limitData, cutAfter(part, { bytes: 1 })]

test.each(ofAnswers.map(fault => [fault.label, fault] as const))(
  '%s has not landed where the server never answers',
  async (_, fault) => {
    const heard: Buffer[] = []
    await using mute = await upstream(socket => void socket.on('data', data => heard.push(data)))
    const { system, at } = await bench.system('tcp', { host: '127.0.0.1', port: mute.port })
    const { apply, undo } = await fault.plan(system, bench.context)
    const injection = await apply()
    const socket = dial(at)
    socket.write(message)
    const isHeard = () => Buffer.concat(heard).length === message.length
    await expect.poll(isHeard, { timeout: patience }).toBe(true)
    expect(totalLanded(await injection.landed())).toBe(0)
    mute.sockets[0]?.write(message)
    await expect
      .poll(async () => totalLanded(await injection.landed()), { timeout: patience })
      .toBeGreaterThan(0)
    socket.destroy()
    await play(undo)
  },
)

test.each(rows)('%s is undone when its link is gone', async (_, fault) => {
  const { system, at } = await linked()
  const { apply, undo } = await fault.plan(system, bench.context)
  await apply()
  await fetch(`${bench.proxy.url}/proxies/${at.name}`, { method: 'DELETE' })
  await play(undo)
})

type OfOne = (client: string) => Fault<OnePart>
const selective: readonly [OfOne, hurts: (found: Echoed) => boolean][] = [
  [client => reset(part, { client }), found => found === 'ended'],
  [client => closeConnections(part, { client }), found => found === 'ended'],
  [client => cutAfter(part, { bytes: 1_000 }, { client }), found => found === 'ended'],
  [client => halfOpen(part, { client }), found => found === 'silent'],
  [client => packetLoss(part, 1, { client }), found => found === 'silent'],
]

test.each(selective.map(([of, hurts]) => [of('one client').label, of, hurts] as const))(
  '%s spares the others',
  async (_, of, hurts) => {
    const { system, at } = await linked()
    const [chosen, spared] = [dial(at), dial(at)]
    await Promise.all([once(chosen, 'connect'), once(spared, 'connect')])
    const { apply, undo } = await of(`127.0.0.1:${chosen.localPort}`).plan(system, bench.context)
    const injection = await apply()
    expect(hurts(await echoedOn(chosen, hurts('silent') ? 300 : patience))).toBe(true)
    expect(await echoedOn(spared, patience)).toBeTypeOf('number')
    expect(totalLanded(await injection.landed())).toBeGreaterThan(0)
    await play(undo)
    chosen.destroy()
    spared.destroy()
  },
)

test.each(['rst', 'fin'] as const)('cutAfter ends idle connections by %s in time', async how => {
  const { system, at } = await linked()
  const idle = dial(at).resume()
  const errors: Error[] = []
  idle.on('error', error => errors.push(error))
  await once(idle, 'connect')
  const point = { after: '300ms' } as const
  const { apply, undo } = await cutAfter(part, point, { how }).plan(system, bench.context)
  const began = performance.now()
  const injection = await apply()
  await expect.poll(() => idle.closed, { timeout: patience }).toBe(true)
  expect(performance.now() - began).toBeGreaterThanOrEqual(299)
  expect(errors).toHaveLength(how === 'rst' ? 1 : 0)
  expect(totalLanded(await injection.landed())).toBe(1)
  await play(undo)
})

test.each(['client', 'server'] as const)(
  'halfOpen leaves the %s alone until it heals',
  async left => {
    const { system, at } = await linked()
    const client = dial(at)
    const count = server.sockets.length
    await once(client, 'connect')
    await expect.poll(() => server.sockets.length, { timeout: patience }).toBe(count + 1)
    const served = server.sockets.at(-1)
    const { apply, undo } = await halfOpen(part, { left }).plan(system, bench.context)
    await apply()
    const isOver = () => ({ client: client.destroyed, server: served?.destroyed })
    const alone = { client: left === 'server', server: left === 'client' }
    await expect.poll(isOver, { timeout: patience }).toEqual(alone)
    await play(undo)
    await expect.poll(isOver, { timeout: patience }).toEqual({ client: true, server: true })
  },
)

test('a link that was taken away with its whole proxy is healed, since nothing of it is left', async () => {
  const gone = { adminUrl: `http://127.0.0.1:${await closedPort()}`, proxy: 'service>server' }
  await healDown([gone])
})

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = Object(server.address())
  server.close()
  await once(server, 'close')
  return port
}
