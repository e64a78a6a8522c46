import { createServer } from 'node:http'
import { expect, test, vi } from 'vitest'
import type { Fault } from '../model/fault.ts'
import { at } from '../model/schedule.ts'
import { running } from '../testing/counter-run.ts'
import { type CounterSystem, counter, misbehave } from '../testing/counter-target.ts'
import { listen } from '../testing/loopback.ts'

// One after the other: other runs are under way in the file beside this one, on few cores.
vi.setConfig({ testTimeout: 120_000 })

test('is inconclusive when the stream of wire events breaks', async () => {
  await using tap = await cutTap()
  const target = counter({ links: [tap.link] })
  await using it = await running({ target })
  expect(it.conclusion.verdict).toBe('inconclusive')
  expect(it.reasons.join()).toContain('the journal has a gap: events of')
})

test('is inconclusive, and makes no fault, when a link it would hit carries no traffic', async () => {
  await using tap = await cutTap({ idle: true })
  const touching = { ...misbehave('refuse'), plan: touchingPlan }
  await using it = await running({
    target: counter({ links: [tap.link] }),
    schedule: [at('100ms', touching, { for: '300ms' })],
  })
  expect(it.conclusion).toMatchObject({ verdict: 'inconclusive', faults: [] })
  expect(it.reasons.join()).toContain('a fault would hit link a>b, but no workload uses it')
})

test('lists a link that no fault touches as idle, and goes on', async () => {
  await using tap = await cutTap({ idle: true })
  await using it = await running({ target: counter({ links: [tap.link] }) })
  const preflight = it.journal.filter(entry => entry.kind === 'preflight')
  const detail = expect.stringMatching(/^idle/)
  expect(preflight).toMatchObject([{ link: 'a>b', passed: true, detail }])
  expect(it.conclusion.faults).toMatchObject([{ landed: 1 }])
})

const touchingPlan: Fault<CounterSystem>['plan'] = async (system, context) => ({
  ...(await misbehave('refuse').plan(system, context)),
  touches: ['a>b'],
})

/** A tap that answers as ours does, and drops the stream of events after half a second. */
async function cutTap({ idle = false } = {}) {
  let bytes = 0
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://tap')
    if (pathname === '/events') {
      response.writeHead(200).flushHeaders()
      setTimeout(() => response.destroy(), 500)
      return
    }
    const counters = { open: 1, connections: 1, bytes: idle ? 0 : bytes++ }
    response.end(JSON.stringify(pathname === '/clock' ? { nowMs: 1 } : { counters }))
  })
  const url = `http://127.0.0.1:${await listen(server)}`
  return {
    link: {
      name: 'a>b',
      consumer: 'a',
      provider: 'b',
      protocol: 'tcp' as const,
      adminUrl: url,
      tapUrl: url,
      listenHost: '127.0.0.1',
      listenPort: 1,
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
