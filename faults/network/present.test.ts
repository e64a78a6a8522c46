import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault } from '../../lab/model/fault.ts'
import { type Client, client, type Upstream, upstream } from '../proxy/testing/proxied.ts'
import { redisError } from '../redis/redis-error.ts'
import { type FaultBench, faultBench, type OnePart, part, play } from '../testing/fault-bench.ts'
import { totalLanded } from '../testing/total-landed.ts'
import { blackHole } from './black-hole.ts'
import { closeConnections } from './close-connections.ts'
import { halfOpen } from './half-open.ts'
import { latency } from './latency.ts'
import { reset } from './reset.ts'

const answer = '+PONG\r\n'
const ping = '*1\r\n$4\r\nPING\r\n'
const which = 'present'

let bench: FaultBench
let server: Upstream
beforeAll(async () => {
  bench = await faultBench()
  server = await upstream(socket => void socket.on('data', () => socket.write(answer)))
})
afterAll(async () => {
  await bench?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

/** What came of a question on this connection. */
async function asked(of: Client): Promise<string> {
  const before = of.received().length
  of.socket.write(ping)
  const silent = new Promise<string>(resolve => setTimeout(() => resolve('silent'), 400))
  const ended = of.ended.then(() => 'ended')
  const answered = of
    .bytes(before + answer.length)
    .then(all => (all.subarray(before).toString().startsWith('-') ? 'refused' : 'answered'))
  answered.catch(() => {})
  return await Promise.race([answered, ended, silent])
}

type Row = readonly [Fault<OnePart>, during: string, afterwards: string, landed: number]
const rows: readonly Row[] = [
  [halfOpen(part, { which }), 'silent', 'silent', 2],
  [halfOpen(part, { which, left: 'server' }), 'ended', 'ended', 2],
  [blackHole(part, { which }), 'silent', 'silent', 2 * ping.length],
  [reset(part, { which }), 'ended', 'ended', 2],
  [closeConnections(part, { which }), 'ended', 'ended', 2],
  [redisError(part, 'OOM', { which }), 'refused', 'answered', 2],
  // Nothing is cut off, so that it flows again.
  [latency(part, '1m', '0ms', { which }), 'silent', 'answered', 2 * answer.length],
]

test.each(rows.map(row => [row[0].label, ...row] as const))(
  '%s hurts the present connections alone, counts them, and heals in silence',
  async (label, fault, during, afterwards, landed) => {
    expect(label).toContain('present connections')
    const { system, at } = await bench.system('redis', { host: '127.0.0.1', port: server.port })
    const address = `${at.host}:${at.port}`
    using first = await client(address)
    using second = await client(address)
    expect(await Promise.all([asked(first), asked(second)])).toEqual(['answered', 'answered'])
    const { apply, undo } = await fault.plan(system, bench.context)
    const injection = await apply()
    expect(await Promise.all([asked(first), asked(second)])).toEqual([during, during])
    using fresh = await client(address)
    expect(await asked(fresh)).toBe('answered')
    expect(totalLanded(await injection.landed())).toBe(landed)
    await play(undo)
    await play(undo)
    expect(await at.toxics()).toEqual([])
    expect(await Promise.all([asked(first), asked(second)])).toEqual([afterwards, afterwards])
    expect(await asked(fresh)).toBe('answered')
  },
)
