import { createServer } from 'node:http'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../../lab/testing/loopback.ts'
import { type Proxies, startProxies } from '../proxy.ts'
import { contextOf } from '../testing/context-of.ts'
import { type TestRun, testRun } from '../testing/test-run.ts'
import { external } from './external.ts'
import { redis } from './redis.ts'
import { Wires } from './wires.ts'

let run: TestRun
let proxies: Proxies
beforeAll(async () => {
  run = await testRun()
  proxies = await startProxies(contextOf(run))
}, 60_000)
afterAll(async () => {
  await proxies?.[Symbol.asyncDispose]()
  await run[Symbol.asyncDispose]()
})

const settingOf = (name: string) => ({
  ...{ name, context: contextOf(run), wires: new Wires(proxies), cwd: '.' },
})

test('a client finds the primary by links of its own, and a fault hits those', async () => {
  await using part = await redis({ sentinels: 1, replicas: 1 }).start(settingOf('redis'))
  const { sentinels, masterName, natMap } = await part.reachBy('api-1')
  const client = new Redis({ sentinels: [...sentinels], name: masterName, natMap: { ...natMap } })
  expect(await client.set('a', '1')).toBe('OK')
  client.disconnect()
  const primary = await part.pick()
  expect(primary.name).toBe('redis-1')
  expect(primary.links.map(({ name }) => name)).toEqual(['peers>redis-1', 'api-1>redis-1'])
  expect(part.description).toContain('2 nodes, 1 Sentinels')
}, 60_000)

test('a server that runs already is reached by a link, and left alone', async () => {
  const server = createServer((_, response) => response.end('here'))
  const port = await listen(server)
  const plan = external(`http://127.0.0.1:${port}/base?a=1`)
  const part = await plan.start(settingOf('search'))
  const { url } = await part.reachBy('api-1')
  expect(url).toMatch(/\/base\?a=1$/)
  expect(url).not.toContain(`:${port}`)
  expect(await (await fetch(url)).text()).toBe('here')
  expect((await part.pick()).links).toMatchObject([{ name: 'api-1>search', protocol: 'http' }])
  await part[Symbol.asyncDispose]()
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here')
  server.closeAllConnections()
  server.close()
})
