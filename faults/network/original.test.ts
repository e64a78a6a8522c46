import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Link } from '../../lab/model/capability.ts'
import { makeProxy } from '../proxy/conformance/api-client.ts'
import { startContestant } from '../proxy/conformance/contestant.ts'
import { contestants } from '../proxy/conformance/contestants.ts'
import { client, until, upstream } from '../proxy/testing/proxied.ts'
import { type FaultBench, faultBench, type OnePart, part, play } from '../testing/fault-bench.ts'
import { totalLanded } from '../testing/total-landed.ts'
import { bandwidth } from './bandwidth.ts'
import { blackHole } from './black-hole.ts'
import { latency } from './latency.ts'
import { reset } from './reset.ts'

const { names, missing } = await contestants()
test.skip.each(missing)('%s', () => {})

let bench: FaultBench
beforeAll(async () => {
  bench = await faultBench()
})
afterAll(() => bench?.[Symbol.asyncDispose]())

/** A link on which the real Toxiproxy injects, behind our tap; its server hears, and answers when told. */
async function behindTap() {
  await using stack = new AsyncDisposableStack()
  const heard: Buffer[] = []
  const server = stack.use(
    await upstream(socket => void socket.on('data', data => heard.push(data))),
  )
  const original = stack.use(await startContestant('toxiproxy'))
  const tap = stack.use(await startContestant('ours'))
  const name = 'behind'
  const behind = await makeProxy(original.url, { name, upstream: server.address })
  const address = await makeProxy(tap.url, { name, upstream: behind })
  const link: Link = {
    ...{ name, consumer: 'test', provider: 'server', protocol: 'tcp' },
    ...{ adminUrl: original.url, tapUrl: tap.url, listenHost: '127.0.0.1', listenPort: 0 },
  }
  const links = [link]
  const system: OnePart = {
    ...{ links, part: { name: 'part', links }, describe: () => ({}) },
    [Symbol.asyncDispose]: async () => {},
  }
  const owned = stack.move()
  return { system, server, heard, address, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

describe.runIf(names.includes('toxiproxy'))('where the real Toxiproxy injects', () => {
  test.each([latency(part, '1ms'), reset(part)].map(fault => [fault.label, fault] as const))(
    '%s has not landed while the server says nothing, and has when it answers',
    async (_, fault) => {
      await using it = await behindTap()
      using asker = await client(it.address)
      const { apply, undo } = await fault.plan(it.system, bench.context)
      const injection = await apply()
      asker.write('question')
      await until(() => Buffer.concat(it.heard).toString() === 'question')
      expect(totalLanded(await injection.landed())).toBe(0)
      it.server.sockets[0]?.write('answer')
      // As clients do that are told of the end.
      void asker.ended.then(() => asker.socket.end())
      await expect
        .poll(async () => totalLanded(await injection.landed()), { timeout: 20_000 })
        .toBeGreaterThan(0)
      await play(undo)
    },
  )

  test('bandwidth and blackHole count what the client says, and nothing before', async () => {
    for (const fault of [bandwidth(part, 100), blackHole(part)]) {
      await using it = await behindTap()
      using asker = await client(it.address)
      const { apply, undo } = await fault.plan(it.system, bench.context)
      const injection = await apply()
      expect(totalLanded(await injection.landed())).toBe(0)
      asker.write('question')
      await until(async () => totalLanded(await injection.landed()) === 'question'.length)
      await play(undo)
    }
  })

  test('what only our proxy can do is refused', () => {
    const alone = { which: 'present' } as const
    const faults = [latency(part, '1ms', '0ms', alone), blackHole(part, alone), reset(part, alone)]
    for (const { needs } of faults) expect(needs).toEqual(['embedded-proxy'])
    expect(latency(part, '1ms').needs).toEqual([])
  })
})
