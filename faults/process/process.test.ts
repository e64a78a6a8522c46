import { expect, test } from 'vitest'
import { play } from '../testing/fault-bench.ts'
import { redisBench, redisPart } from '../testing/redis-bench.ts'
import { kill } from './kill.ts'
import { pause } from './pause.ts'

const patience = 20_000

test.each([
  [kill(redisPart), 'refused', patience],
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

test.each([
  ['kill', kill],
  ['pause', pause],
] as const)('a %s of a process that nobody uses lands on nothing', async (_, fault) => {
  await using bench = await redisBench()
  const { apply, undo } = await fault(redisPart).plan(bench.system, bench.context)
  const injection = await apply()
  expect(await injection.landed()).toEqual({ 'link-0': 0 })
  await play(undo)
})
