import { Toxiproxy } from 'toxiproxy-node-client'
import { expect, test } from 'vitest'
import { startRedis } from './redis.ts'
import { withClient } from './runtime/redis-node.ts'
import { findToxiproxy, toxiproxyBinary } from './runtime/toxiproxy-binary.ts'
import { seek } from './testing/seek.ts'
import { testRun } from './testing/test-run.ts'
import { startToxiproxy } from './toxiproxy.ts'

const { missing } = await seek('Toxiproxy', () => toxiproxyBinary())

test.skipIf(missing)('the real Toxiproxy stands in a link and cuts it', async () => {
  expect(await findToxiproxy()).toBeDefined()
  await using run = await testRun()
  await using redis = await startRedis(run)
  await using toxiproxy = await startToxiproxy(run)
  const proxy = await new Toxiproxy(toxiproxy.adminUrl).createProxy({
    name: 'redis',
    listen: '127.0.0.1:0',
    upstream: `${redis.host}:${redis.port}`,
  })
  const [host = '', port] = proxy.listen.split(':')
  const ping = () => withClient({ host, port: Number(port) }, client => client.ping())
  expect(await ping()).toBe('PONG')
  await proxy.update({ enabled: false, listen: proxy.listen, upstream: proxy.upstream })
  await expect(ping()).rejects.toThrow()
})
