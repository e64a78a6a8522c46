import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cases } from '../../../lab/testing/nightly.ts'
import { addToxic, client, echo, proxyTo, type TestProxy, testProxy } from '../testing/proxied.ts'

/** Toxics that let every byte through sooner or later, or hold it until they go. */
const byBytes = [
  { type: 'latency', attributes: { latency: 3, jitter: 3 } },
  { type: 'bandwidth', attributes: { rate: 3_000 } },
  { type: 'slicer', attributes: { average_size: 300, size_variation: 290, delay: 20 } },
  { type: 'packet_loss', attributes: { probability: 0.2, rto: 4 } },
  { type: 'slow_close', attributes: { delay: 5 } },
  { type: 'black_hole' },
  { type: 'timeout' },
  { type: 'reset_peer', attributes: { timeout: 600_000 } },
  { type: 'limit_data', attributes: { bytes: 1_000_000_000 } },
]
const byMessages = [
  { type: 'message_delay', attributes: { delay: 2, jitter: 2 } },
  { type: 'message_drop', attributes: { match: { key: 'never' } } },
  { type: 'message_reorder', attributes: { match: { channel: 'never' } } },
  { type: 'message_duplicate', attributes: { match: { number: 1_000_000_000 } } },
  { type: 'message_corrupt', attributes: { offset: 100_000_000 } },
  { type: 'redis_error', attributes: { error: 'OOM', match: { key: 'never' } } },
]

const stream = fc.constantFrom('upstream', 'downstream')
const place = fc.integer({ min: 0, max: 3 })
const stepsOf = (toxics: readonly object[]) =>
  fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.tuple(fc.constant('add'), place, fc.constantFrom(...toxics), stream),
      },
      { weight: 2, arbitrary: fc.tuple(fc.constant('remove'), place) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('update'), place) },
    ),
    { minLength: 4, maxLength: 14 },
  )
type Step = readonly [what: string, place: number, toxic?: object, stream?: string]

async function take(proxy: TestProxy, [what, place, toxic, stream]: Step): Promise<void> {
  const path = `/proxies/p/toxics/t${place}`
  // A place that is taken already, or empty, answers 409 or 404: nothing to do.
  if (what === 'add') {
    await proxy.call('POST', '/proxies/p/toxics', { ...toxic, stream, name: `t${place}` })
  } else if (what === 'remove') await proxy.call('DELETE', path)
  else await proxy.call('PATCH', path, { toxicity: 1 })
}

/** `SET k <value>`, again and again; an echo sends it back as arrays, which are replies too. */
function commands(count: number): Buffer {
  const one = (n: number) => {
    const value = `${n}`.repeat(1 + (n % 400))
    return `*3\r\n$3\r\nSET\r\n$2\r\nk${n % 10}\r\n$${value.length}\r\n${value}\r\n`
  }
  return Buffer.from(Array.from({ length: count }, (_, n) => one(n)).join(''))
}

test.each([
  ['tcp', byBytes],
  ['redis', [...byBytes, ...byMessages]],
] as const)(
  '%s: toxics come and go under traffic, and no byte is lost, doubled or out of order',
  async (protocol, toxics) => {
    await using server = await echo()
    const round = commands(200)
    await fc.assert(
      fc.asyncProperty(
        stepsOf(toxics),
        fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 6 }),
        async (steps, sizes) => {
          await using proxy = await testProxy()
          using one = await client(await proxyTo(proxy, server, { protocol }))
          let changed = false
          const changing = (async () => {
            for (const step of steps) await take(proxy, step)
            changed = true
          })()
          let rounds = 0
          do {
            rounds++
            for (let at = 0, n = 0; at < round.length; n++) {
              const size = sizes[n % sizes.length] ?? 1
              one.write(round.subarray(at, at + size))
              at += size
              await new Promise(resolve => setImmediate(resolve))
            }
          } while (!changed && rounds < 40)
          await changing
          await proxy.call('POST', '/reset')
          const sent = Buffer.concat(new Array<Buffer>(rounds).fill(round))
          expect((await one.bytes(sent.length)).equals(sent)).toBe(true)
          one.socket.end()
          expect(await one.ended).toBe('fin')
        },
      ),
      { numRuns: cases(25), endOnFailure: true },
    )
  },
  90_000,
)

test('the property can fail: one changed bit is seen', async () => {
  await using server = await echo()
  await using proxy = await testProxy()
  using one = await client(await proxyTo(proxy, server, { protocol: 'redis' }))
  await addToxic(proxy, { type: 'message_corrupt', attributes: { offset: 25 }, hits: { first: 1 } })
  const sent = commands(20)
  one.write(sent)
  expect((await one.bytes(sent.length)).equals(sent)).toBe(false)
})
