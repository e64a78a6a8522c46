import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startRedis } from './redis.ts'
import { withClient } from './runtime/redis-node.ts'
import { testRun } from './testing/test-run.ts'

/** Keys that are found after a kill in mid-flight, of 200 that were acknowledged. */
async function survivors(settings: Readonly<Record<string, string>>): Promise<number> {
  await using run = await testRun()
  await using redis = await startRedis(run, { settings })
  await withClient(redis, async client => {
    for (let id = 0; id < 200; id++) await client.set(`key:${id}`, '1')
  })
  await redis.kill()
  await redis.restart()
  return await withClient(redis, client => client.dbsize())
}

test('a killed Redis finds every acknowledged key when it is started again', async () => {
  expect(await survivors({})).toBe(200)
})

test('without its append-only file it does not, so the above could have failed', async () => {
  expect(await survivors({ appendonly: 'no' })).toBe(0)
})

test('a paused Redis accepts connections and answers none until it is resumed', async () => {
  await using run = await testRun()
  await using redis = await startRedis(run)
  await redis.pause()
  const socket = connect(redis.port, redis.host)
  await once(socket, 'connect')
  const answered = once(socket, 'data').then(([chunk]) => String(chunk))
  socket.write('PING\r\n')
  const early = await Promise.race([answered, run.clock.sleep(200)])
  expect(early).toBeUndefined()
  await redis.resume()
  expect(await answered).toBe('+PONG\r\n')
  socket.destroy()
})

test('a setting that Redis refuses is shown with the last lines of its log', async () => {
  await using run = await testRun()
  await expect(startRedis(run, { settings: { maxmemory: 'much' } })).rejects.toMatchObject({
    code: 'server-not-ready',
    message: expect.stringMatching(/it ended[\s\S]*maxmemory much/),
  })
})
