import { expect, test } from 'vitest'
import { play } from '../testing/fault-bench.ts'
import { redisBench, redisPart } from '../testing/redis-bench.ts'
import { arrivals } from './arrivals.ts'
import { crashLoop } from './crash-loop.ts'
import { kill } from './kill.ts'
import { pause } from './pause.ts'
import { restart } from './restart.ts'
import { stop } from './stop.ts'
import { stutter } from './stutter.ts'

const patience = 20_000

test.each([
  [kill(redisPart), 'refused', patience],
  [stop(redisPart), 'refused', patience],
  [pause(redisPart), 'silent', 300],
] as const)('$label hurts, and is undone twice', async (fault, hurt, patienceMs) => {
  await using bench = await redisBench()
  const { touches, undo, apply } = await fault.plan(bench.system, bench.context)
  expect(touches).toEqual(['redis'])
  expect(await bench.ping(), 'planned is not yet struck').toBe('+PONG')
  await apply()
  expect(await bench.ping(patienceMs)).toBe(hurt)
  await play(undo)
  await expect.poll(() => bench.ping(), { timeout: patience }).toBe('+PONG')
  const { pid } = bench.node.process
  await play(undo)
  expect(bench.node.process.pid, 'a second time it is left alone').toBe(pid)
  expect(await bench.ping()).toBe('+PONG')
})

test('a kill lands on the connections that were open and on those that are tried meanwhile', async () => {
  await using bench = await redisBench()
  await bench.hold()
  await bench.hold()
  const injection = await (await kill(redisPart).plan(bench.system, bench.context)).apply()
  expect(await injection.landed()).toEqual({ 'link-0': 2 })
  await bench.ping()
  expect(await injection.landed()).toEqual({ 'link-0': 3 })
})

test('a pause lands on the bytes and connections that arrive, not on connections that stay silent', async () => {
  await using bench = await redisBench()
  await bench.hold()
  const injection = await (await pause(redisPart).plan(bench.system, bench.context)).apply()
  expect(await injection.landed()).toEqual({ 'link-0': 0 })
  await bench.ping(300)
  expect(await injection.landed()).toEqual({ 'link-0': 1 + 'PING\r\n'.length })
  await bench.system.redis.resume()
})

test('of a client that stands still the connections count that it keeps', async () => {
  await using bench = await redisBench()
  await bench.hold()
  const { links } = await redisPart(bench.system)
  const hit = await arrivals(links, links[0]?.consumer ?? '')
  expect(await hit()).toEqual({ 'link-0': 1 })
})

test.each([
  ['kill', kill],
  ['stop', stop],
  ['restart', restart],
  ['pause', pause],
] as const)('a %s of a process that nobody uses lands on nothing', async (_, fault) => {
  await using bench = await redisBench()
  const { apply, undo } = await fault(redisPart).plan(bench.system, bench.context)
  const injection = await apply()
  expect(await injection.landed()).toEqual({ 'link-0': 0 })
  await play(undo)
})

test('a restart ends the process in order, awaits it, and lands on what was open', async () => {
  await using bench = await redisBench()
  await bench.hold()
  const before = bench.node.process.pid
  const { exited } = bench.node.process
  const injection = await (await restart(redisPart).plan(bench.system, bench.context)).apply()
  expect(await exited).toMatchObject({ code: 0 })
  expect(bench.node.process.pid).not.toBe(before)
  expect(await bench.ping()).toBe('+PONG')
  expect(await injection.landed()).toEqual({ 'link-0': 1 })
})

test('a crash loop kills again and again, lands on what each kill cut, and ends with its undo', async () => {
  await using bench = await redisBench()
  await bench.hold()
  const fault = crashLoop(redisPart, { up: '150ms' })
  const { apply, undo, mayEnd } = await fault.plan(bench.system, bench.context)
  expect(mayEnd).toEqual(['redis'])
  const pids = new Set<number>()
  const injection = await apply()
  await expect
    .poll(() => pids.add(bench.node.process.pid).size, { timeout: patience, interval: 10 })
    .toBeGreaterThan(3)
  expect(await injection.landed()).toEqual({ 'link-0': 1 })
  await play(undo)
  await expect.poll(() => bench.ping(), { timeout: patience }).toBe('+PONG')
  const { pid } = bench.node.process
  await play(undo)
  await bench.context.clock.sleep(500)
  expect(bench.node.process.pid, 'it is let run').toBe(pid)
})

test('a stutter delays what comes while it is frozen, lands on that, and ends with its undo', async () => {
  await using bench = await redisBench()
  const { clock } = bench.context
  const timed = async (afterMs = 0) => {
    await clock.sleep(afterMs)
    const fromMs = clock.nowMs()
    expect(await bench.ping()).toBe('+PONG')
    return clock.nowMs() - fromMs
  }
  /** Of pings in the course of a second, the one that took longest. */
  const longest = async () =>
    Math.max(...(await Promise.all(Array.from({ length: 20 }, (_, index) => timed(50 * index)))))
  const fault = stutter(redisPart, { freeze: '400ms', every: '500ms' })
  const { apply, undo } = await fault.plan(bench.system, bench.context)
  const injection = await apply()
  expect(await longest()).toBeGreaterThan(300)
  await play(undo)
  const landed = await injection.landed()
  expect(Object.values(landed)[0]).toBeGreaterThan(0)
  expect(bench.node.process.running).toBe(true)
  await expect.poll(longest, { timeout: patience }).toBeLessThan(300)
  await play(undo)
})

test('a stutter that never lets it run is refused', () => {
  expect(() => stutter(redisPart, { freeze: '1s', every: '1s' })).toThrow(/pause\(\)/)
})
