import { createServer } from 'node:http'
import { expect, test as plainTest } from 'vitest'
import { listen } from '../lab/testing/loopback.ts'
import { startHaproxy } from './haproxy.ts'
import { haproxyServer } from './runtime/haproxy-server.ts'
import { missing } from './testing/missing.ts'
import { testRun } from './testing/test-run.ts'

const test = plainTest.skipIf(await missing(haproxyServer))

const [clients, holdMs] = [8, 300]

/** How many requests a member had at once, at most, and how all of them ended. */
async function underLoad(atOnce?: number) {
  let [now, most] = [0, 0]
  const server = createServer((request, response) => {
    if (request.url === '/health') return void response.end()
    most = Math.max(most, ++now)
    setTimeout(() => {
      now--
      response.end('done')
    }, holdMs)
  })
  const port = await listen(server)
  try {
    await using run = await testRun()
    const members = [{ name: 'one', host: '127.0.0.1', port }]
    const pool = { name: 'api', members, healthPath: '/health' }
    const pools = [{ ...pool, ...(atOnce !== undefined && { atOnce }) }]
    await using balancer = await startHaproxy(run, { pools })
    const signal = AbortSignal.timeout(20_000)
    const ask = async () => (await fetch(balancer.url, { signal })).status
    const statuses = await Promise.all(Array.from({ length: clients }, ask))
    return { statuses: new Set(statuses), most }
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

test('hands a member only so many requests at once; the others wait and are answered', async () => {
  expect(await underLoad(2)).toEqual({ statuses: new Set([200]), most: 2 })
})

test('control: without a bound it hands over all of them', async () => {
  const { most } = await underLoad()
  expect(most).toBeGreaterThan(2)
})
