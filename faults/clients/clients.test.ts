import { createServer } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../lab/base/clock.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { freePort, listen } from '../../lab/testing/loopback.ts'
import { type TestRun, testRun } from '../../targets/testing/test-run.ts'
import { contextOf, play } from '../testing/fault-bench.ts'
import { flooding } from './flooding.ts'
import { hangingUp } from './hanging-up.ts'
import { silent } from './silent.ts'
import { slowReading } from './slow-reading.ts'

interface Site extends LabSystem {
  readonly url: string
}
const site = Object.assign(({ url }: Site) => ({ name: 'site', url }), { label: 'site' })

/** `/quick` answers at once, `/never` never does, `/big` has more than any buffer takes. */
const seen = { asked: 0, aborted: 0, unwritten: 0 }
const server = createServer((request, response) => {
  seen.asked++
  if (request.url === '/never') request.on('close', () => seen.aborted++)
  else if (request.url === '/big') {
    const full = !response.write(Buffer.alloc(64 << 20))
    if (full) seen.unwritten++
  } else response.end('ok')
})
server.on('upgrade', (_request, socket) => {
  socket.on('error', () => {})
  socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n')
  seen.asked++
  if (!socket.write(Buffer.alloc(64 << 20))) seen.unwritten++
})

let run: TestRun
let url = ''
beforeAll(async () => {
  run = await testRun()
  url = `http://127.0.0.1:${await listen(server)}`
})
beforeEach(() => {
  Object.assign(seen, { asked: 0, aborted: 0, unwritten: 0 })
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await run[Symbol.asyncDispose]()
})

const faults: readonly [Fault<Site>, hurts: () => boolean][] = [
  [flooding(site, { clients: 3, path: '/quick' }), () => seen.asked > 200],
  [hangingUp(site, { clients: 3, path: '/never', after: '20ms' }), () => seen.aborted > 8],
  [silent(site, { clients: 5 }), () => true],
  [silent(site, { clients: 5, trickles: true }), () => true],
  [slowReading(site, { clients: 3, path: '/big', bytesPerSecond: 10_000 }), () => seen.asked === 3],
  [slowReading(site, { clients: 3, path: '/big', bytesPerSecond: 0 }), () => seen.unwritten === 3],
  [
    slowReading(site, { clients: 2, path: '/chat', bytesPerSecond: 0, webSocket: true }),
    () => seen.unwritten === 2,
  ],
]

const systemAt = (at: string): Site => ({
  url: at,
  links: [],
  describe: () => ({}),
  [Symbol.asyncDispose]: async () => {},
})

const connections = () =>
  new Promise<number>(resolve => server.getConnections((_, count) => resolve(count)))

const rows = faults.map(
  ([fault, hurts], number) => [`${number} ${fault.label}`, fault, hurts] as const,
)

test.each(rows)(
  '%s hurts, lands, and leaves no connection when undone, once or twice',
  async (_, fault, hurts) => {
    const planned = await fault.plan(systemAt(url), contextOf(run))
    expect(planned.touches).toEqual(['site'])
    expect(await connections(), 'planned is not yet struck').toBe(0)
    const injection = await planned.apply()
    const patience = { timeout: 20_000 }
    await expect.poll(() => injection.landed(), patience).toBeGreaterThan(1)
    await expect.poll(hurts, patience).toBe(true)
    await play(planned.undo)
    await expect.poll(connections, patience).toBe(0)
    const landed = await injection.landed()
    await systemClock.sleep(200)
    expect(await injection.landed(), 'nothing lands any more').toBe(landed)
    await play(planned.undo)
  },
)

test.each(rows)('%s lands nowhere when nobody listens', async (_, fault) => {
  const planned = await fault.plan(systemAt(`http://127.0.0.1:${await freePort()}`), contextOf(run))
  const injection = await planned.apply()
  await systemClock.sleep(1_200)
  expect(await injection.landed()).toBe(0)
  await play(planned.undo)
})

test('control: a client that asks and waits for its answer is none of these', async () => {
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write('GET /quick HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n')
  for await (const _chunk of socket) {
    // It reads to the end.
  }
  expect(seen).toEqual({ asked: 1, aborted: 0, unwritten: 0 })
})
