import { setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cases } from '../../../lab/testing/nightly.ts'
import { call, makeProxy } from './api-client.ts'
import { type Contestant, startContestant } from './contestant.ts'
import { startEcho } from './echo.ts'
import { dial, talk } from './talk.ts'

/** What a careless person may do to a proxy; each is tried whatever was before. */
const stream = fc.constantFrom('upstream', 'downstream')
const time = fc.constantFrom(0, 1, 20, 60_000)
const toxics = fc.oneof(
  fc.record({ type: fc.constant('latency'), attributes: fc.record({ latency: time }) }),
  fc.record({ type: fc.constant('slow_close'), attributes: fc.record({ delay: time }) }),
  fc.record({
    type: fc.constantFrom('timeout', 'reset_peer'),
    attributes: fc.record({ timeout: time }),
  }),
  fc.record({ type: fc.constantFrom('fin', 'rst'), attributes: fc.record({ after: time }) }),
  fc.record({ type: fc.constant('half_open'), attributes: fc.record({ after: time }) }),
  fc.record({ type: fc.constant('limit_data'), attributes: fc.record({ bytes: fc.nat(200) }) }),
  fc.record({ type: fc.constant('bandwidth'), attributes: fc.record({ rate: fc.nat(50) }) }),
  fc.record({
    type: fc.constant('slicer'),
    attributes: fc.record({ average_size: fc.integer({ min: 1, max: 50 }), delay: fc.nat(2_000) }),
  }),
  fc.constantFrom(
    { type: 'refuse' },
    { type: 'connect_timeout' },
    { type: 'black_hole' },
    { type: 'packet_loss', attributes: { probability: 0.5, rto: 20 } },
  ),
)
const settings = fc.record({
  toxicity: fc.constantFrom(0, 0.5, 1),
  lease: fc.constantFrom(undefined, { ttlMs: 15 }, { ttlMs: 60_000, heartbeat: true }),
})
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ add: toxics, stream, settings }) },
  { weight: 3, arbitrary: fc.record({ remove: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ update: fc.nat(20), toxicity: fc.constantFrom(0, 1) }) },
  { weight: 2, arbitrary: fc.record({ enabled: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ populate: true }) },
  { weight: 6, arbitrary: fc.record({ say: fc.integer({ min: 1, max: 3_000 }) }) },
  { weight: 2, arbitrary: fc.record({ pause: fc.nat(25) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function attempt(url: string, send: string, body?: object): Promise<void> {
  const [method = 'GET', path = ''] = send.split(' ')
  const answer = await fetch(`${url}${path}`, {
    method,
    body: body ? JSON.stringify(body) : null,
    signal: AbortSignal.timeout(5_000),
  })
  expect(answer.status, `${send}: ${await answer.text()}`).toBeLessThan(500)
}

async function play(server: Contestant, steps: readonly Step[], order: Order): Promise<void> {
  const path = `/proxies/${order.name}`
  const clients: Promise<unknown>[] = []
  for (const [i, one] of steps.entries()) {
    if ('add' in one) {
      const body = { name: `t${i}`, ...one.add, stream: one.stream, ...one.settings }
      await attempt(server.url, `POST ${path}/toxics`, body)
    } else if ('remove' in one) {
      await attempt(server.url, `DELETE ${path}/toxics/t${one.remove}`)
    } else if ('update' in one) {
      const body = { toxicity: one.toxicity }
      await attempt(server.url, `PATCH ${path}/toxics/t${one.update}`, body)
    } else if ('enabled' in one) {
      await attempt(server.url, `PATCH ${path}`, { enabled: one.enabled })
    } else if ('populate' in one) {
      await attempt(server.url, 'POST /populate', [order])
    } else if ('say' in one) {
      const plan = { send: one.say, watchMs: 60, end: 'after-echo' } as const
      clients.push(
        dial(order.listen)
          .then(socket => talk(socket, plan))
          .catch(() => undefined),
      )
    } else await wait(one.pause)
  }
}

interface Order {
  readonly name: string
  readonly listen: string
  readonly upstream: string
}

test.each(['on', 'off'])(
  'after any sequence of calls a reset brings all traffic back (fast path %s)',
  async fast => {
    await using echo = await startEcho()
    await using server = await startContestant('ours', { env: { PROXY_FAST_PATH: fast } })
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async steps => {
        const name = `run-${++run}`
        const listen = await makeProxy(server.url, { name, upstream: echo.address })
        await play(server, steps, { name, listen, upstream: echo.address })

        const startMs = performance.now()
        await call(server.url, 'POST /reset')
        expect(performance.now() - startMs).toBeLessThan(5_000)
        expect(await call(server.url, `GET /proxies/${name}`)).toMatchObject({
          enabled: true,
          listen,
          toxics: [],
        })
        const heard = await talk(await dial(listen), { send: 5_000, watchMs: 10_000 })
        expect(heard).toMatchObject({ bytes: 5_000, intact: true, ending: 'open' })
        await call(server.url, `DELETE /proxies/${name}`)
        await expect(dial(listen)).rejects.toThrow(/ECONNREFUSED/)
        expect(server.alive(), server.output()).toBe(true)
      }),
      { numRuns: cases(25) },
    )
    await expect.poll(() => call(server.url, 'GET /connections'), { timeout: 5_000 }).toEqual([])
  },
  90_000,
)
