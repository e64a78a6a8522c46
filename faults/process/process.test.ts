import { connect } from 'node:net'
import { expect, test } from 'vitest'
import type { LabSystem } from '../../lab/model/target.ts'
import { type RedisNode, startRedis } from '../../targets/redis.ts'
import { testRun } from '../../targets/testing/test-run.ts'
import { contextOf, play } from '../testing/fault-bench.ts'
import { kill } from './kill.ts'
import { pause } from './pause.ts'

interface System extends LabSystem {
  readonly redis: RedisNode
}
const redisOf = Object.assign(({ redis }: System) => redis, { label: 'redis' })

const patience = 20_000

/** What comes of a PING on a new connection. */
function ping({ host, port }: RedisNode, patienceMs = patience): Promise<string> {
  const socket = connect({ host, port })
  return new Promise<string>(resolve => {
    socket.on('data', data => resolve(`${data}`.trim()))
    socket.on('error', () => {})
    socket.on('close', () => resolve('ended'))
    setTimeout(() => resolve('silent'), patienceMs)
    socket.write('PING\r\n')
  }).finally(() => socket.destroy())
}

test.each([
  [kill(redisOf), 'ended', patience],
  [pause(redisOf), 'silent', 300],
] as const)('$label hurts, lands, and is undone twice', async (fault, hurt, patienceMs) => {
  await using run = await testRun()
  await using redis = await startRedis(run)
  const system = { redis, links: [], describe: () => ({}), [Symbol.asyncDispose]: async () => {} }
  const { touches, undo, apply } = await fault.plan(system, contextOf(run))
  expect(touches).toEqual(['redis'])
  expect(await ping(redis), 'planned is not yet struck').toBe('+PONG')
  const injection = await apply()
  expect(await ping(redis, patienceMs)).toBe(hurt)
  expect(await injection.landed()).toBe(1)
  await play(undo)
  await expect.poll(() => ping(redis), { timeout: patience }).toBe('+PONG')
  const { pid } = redis.process
  await play(undo)
  expect(redis.process.pid, 'a second time it is left alone').toBe(pid)
  expect(await ping(redis)).toBe('+PONG')
})
