import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'
import { addToxic, call, makeProxy } from './api-client.ts'
import { startEcho, type Upstream } from './echo.ts'
import { dial, type Heard, talk } from './talk.ts'
import type { Hears, TrafficCase } from './traffic-cases.ts'

/** Makes the proxy, its toxics and the connection in the order the case wants, and listens. */
export async function runTraffic(one: TrafficCase, url: string, name: string) {
  await using upstream = await startEcho(one.answers)
  const order = { name, upstream: upstream.address, ...one.order }
  const listen = await makeProxy(url, order)
  const open = one.open ? await dial(listen) : undefined
  if (open) await expect.poll(() => upstream.visits.length).toBe(1)
  for (const toxic of one.toxics ?? []) await addToxic(url, name, toxic)

  const heard = talk(open ?? (await dial(listen)), one.talk)
  if (one.later) {
    const { afterMs, send, body } = one.later
    await wait(afterMs)
    const bodies = new Map<unknown, unknown>([
      ['again', [{ ...order, listen }]],
      ['again by name', [{ ...order, listen: listen.replace('127.0.0.1', 'localhost') }]],
    ])
    await call(url, send.replace('{proxy}', name), bodies.get(body) ?? body)
  }
  return { heard: await heard, ...(await atUpstream(upstream)) }
}

/** The connection, and its ending, reach the upstream a moment after the client. */
async function atUpstream({ visits }: Upstream) {
  const deadline = performance.now() + 300
  const settled = () => visits[0] !== undefined && visits[0].ending !== 'open'
  while (!settled() && performance.now() < deadline) await wait(5)
  return { upstreamBytes: visits[0]?.bytes ?? 0, upstreamEnding: visits[0]?.ending }
}

/** Compares with all of it shown when one figure is off. */
export function expectHeard(
  { heard, ...upstream }: { heard: Heard; upstreamBytes: number; upstreamEnding: unknown },
  expected: Hears,
): void {
  const seen = { ...heard, ...upstream }
  const told = JSON.stringify(seen)
  for (const [field, bound] of Object.entries(expected)) {
    const value = new Map<string, unknown>(Object.entries(seen)).get(field)
    if (!Array.isArray(bound)) expect(value, `${field} of ${told}`).toBe(bound)
    else {
      expect(value, `${field} of ${told}`).toBeGreaterThanOrEqual(bound[0])
      expect(value, `${field} of ${told}`).toBeLessThanOrEqual(bound[1])
    }
  }
}
