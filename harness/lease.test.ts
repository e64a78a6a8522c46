import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { latency } from '../faults/network/latency.ts'
import { loseReply } from '../faults/redis/lose-reply.ts'
import { contextOf } from '../faults/testing/fault-bench.ts'
import { systemClock } from '../lab/base/clock.ts'
import { startProxies } from '../targets/proxy.ts'
import { testRun } from '../targets/testing/test-run.ts'
import { keepLeases } from './lease.ts'

test('toxics of every kind live while their process speaks, and no longer', async () => {
  await using run = await testRun()
  await using proxies = await startProxies(run)
  const upstream = { host: '127.0.0.1', port: 1 }
  const link = await proxies.link({
    consumer: 'app',
    provider: 'redis',
    protocol: 'redis',
    upstream,
  })
  const leases = keepLeases(() => proxies.url, systemClock, { ttlMs: 1_000, beatEveryMs: 100 })
  const context = { ...contextOf(run), lease: leases.lease }
  const select = () => ({ name: 'redis', links: [link] })
  const system = { links: [link], describe: () => ({}), [Symbol.asyncDispose]: async () => {} }
  for (const fault of [latency(select, '1ms'), loseReply(select)]) {
    await (await fault.plan(system, context)).apply()
  }
  const toxics = async () => {
    const answer = await fetch(`${link.tapUrl}/proxies/${encodeURIComponent(link.name)}/toxics`)
    return z.array(z.unknown()).parse(await answer.json()).length
  }
  const beganMs = systemClock.nowMs()
  while (systemClock.nowMs() < beganMs + 2_500) {
    expect(await toxics()).toBe(2)
    await systemClock.sleep(200)
  }
  await leases[Symbol.asyncDispose]()
  await vi.waitFor(async () => expect(await toxics()).toBe(0), 10_000)
}, 60_000)
