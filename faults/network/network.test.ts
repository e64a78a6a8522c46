import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault } from '../../lab/fault.ts'
import type { TestLink } from '../proxy/testing/message-proxy.ts'
import { echo, type Upstream } from '../proxy/testing/proxied.ts'
import { type FaultBench, faultBench, type OnePart, part, play } from '../testing/fault-bench.ts'
import { bandwidth } from './bandwidth.ts'
import { blackHole } from './black-hole.ts'
import { down } from './down.ts'
import { latency } from './latency.ts'
import { reset } from './reset.ts'
import { toxicFault } from './toxic-fault.ts'

/** How long it took, or why it did not come. */
type Echoed = number | 'ended' | 'silent'

const message = Buffer.alloc(20_000, 'x')
const limitData = toxicFault('limitData', part, {
  type: 'limit_data',
  attributes: { bytes: 1_000 },
  streams: ['downstream'],
})

const faults: readonly [Fault<OnePart>, hurts: (found: Echoed) => boolean][] = [
  [latency(part, '300ms'), found => Number(found) >= 299],
  [bandwidth(part, 50), found => Number(found) >= 250],
  [blackHole(part), found => found === 'silent'],
  [reset(part), found => found === 'ended'],
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
  const began = performance.now()
  socket.write(message)
  try {
    return await new Promise<Echoed>(resolve => {
      let heard = 0
      socket.on('data', data => {
        heard += data.length
        if (heard === message.length) resolve(performance.now() - began)
      })
      socket.on('close', () => resolve('ended'))
      setTimeout(() => resolve('silent'), patienceMs)
    })
  } finally {
    socket.destroy()
  }
}

const patience = 20_000

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
  expect(hurts(await echoed(at, fault.name === 'blackHole' ? 300 : patience))).toBe(true)
  await expect.poll(() => injection.landed(), { timeout: patience }).toBeGreaterThan(0)
  await play(planned.undo)
  await play(planned.undo)
  expect(await at.toxics()).toEqual([])
  expect(await echoed(at, patience)).toBeTypeOf('number')
  idle.destroy()
})

test.each(rows)('%s says so when it touched nothing', async (_, fault) => {
  const { system } = await linked()
  const { apply, undo } = await fault.plan(system, bench.context)
  const injection = await apply()
  expect(await injection.landed()).toBe(0)
  await play(undo)
})

test.each(rows)('%s is undone when its link is gone', async (_, fault) => {
  const { system, at } = await linked()
  const { apply, undo } = await fault.plan(system, bench.context)
  await apply()
  await fetch(`${bench.proxy.url}/proxies/${at.name}`, { method: 'DELETE' })
  await play(undo)
})
