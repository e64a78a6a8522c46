import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Connections } from './connections.ts'
import { type PlanInput, plan, type Report } from './plan.ts'
import { play } from './play.ts'

/** Plays a plan against a server that does this with each request. */
async function against(
  listener: RequestListener,
  wanted: Partial<PlanInput> & Pick<PlanInput, 'pace'>,
  connections = 4,
): Promise<Report> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  using clients = new Connections([{ host: '127.0.0.1', port: address.port }])
  try {
    await clients.grow(connections)
    const input = { requests: [{ path: '/' }], giveUpMs: 20_000, ...wanted }
    return await play(plan.parse(input), clients)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

const burst = (count: number) => ({ pace: { kind: 'burst', count } as const })
const fine: RequestListener = (_request, response) => response.end('fine')

test('counts what is answered as expected, on kept connections', async () => {
  const report = await against(fine, burst(40))
  expect(report).toMatchObject({ sent: 40, ok: 40, errors: {}, errorPercent: 0 })
  expect(report.connections).toEqual({ openAtEnd: 4, opened: 0 })
  expect(report.timeline.reduce((sum, { ok }) => sum + ok, 0)).toBe(40)
})

test('keeps to an open pace, and opens a connection for each when told to', async () => {
  const pace = { kind: 'open', perSecond: 100, seconds: 0.5 } as const
  const report = await against(fine, { pace, closeEach: true })
  expect(report).toMatchObject({ sent: 50, ok: 50, errorPercent: 0 })
  expect(report.connections.opened).toBeGreaterThan(40)
})

test('control: another status than the expected one is an error', async () => {
  let number = 0
  const report = await against((_request, response) => {
    response.statusCode = number++ % 2 ? 500 : 200
    response.end()
  }, burst(20))
  expect(report).toMatchObject({ ok: 10, errors: { 500: 10 }, errorPercent: 50 })
})

test('control: a cut connection is an error, and is opened again', async () => {
  let number = 0
  const report = await against((request, response) => {
    if (number++ % 5 === 0) request.socket.destroy()
    else response.end()
  }, burst(20))
  expect(report).toMatchObject({ ok: 16, errors: { cut: 4 } })
})

test('control: an answer that never comes is given up on, sent or not', async () => {
  const report = await against(() => {}, { ...burst(6), giveUpMs: 200 }, 2)
  expect(report.ok).toBe(0)
  expect(report.errorPercent).toBe(100)
  const { late = 0, unsent = 0 } = report.errors
  expect(late).toBeGreaterThanOrEqual(2)
  expect(late + unsent).toBe(6)
})

test('control: a server that is gone leaves nothing answered', async () => {
  const server = createServer(fine).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  using clients = new Connections([{ host: '127.0.0.1', port: address.port }])
  await clients.grow(2)
  server.close()
  server.closeAllConnections()
  const input = { requests: [{ path: '/' }], giveUpMs: 300, ...burst(4) }
  const report = await play(plan.parse(input), clients)
  expect(report).toMatchObject({ ok: 0, errorPercent: 100 })
  await expect(
    new Connections([{ host: '127.0.0.1', port: address.port }]).grow(1),
  ).rejects.toThrow()
})

test('control: a stall shows in the latency of all who were due meanwhile', async () => {
  const stallMs = 600
  let stalled: Promise<void> | undefined
  const listener: RequestListener = async (_request, response) => {
    stalled ??= pause(stallMs)
    await stalled
    response.end()
  }
  // A generator that waited for each answer would have seen one slow request only.
  const pace = { kind: 'open', perSecond: 100, seconds: 1 } as const
  const report = await against(listener, { pace }, 1)
  expect(report.ok).toBe(100)
  expect(report.latency.maxMs).toBeGreaterThan(stallMs * 0.9)
  expect(report.latency.p90Ms).toBeGreaterThan(stallMs * 0.6)
})
