import type { Random } from '../../base/random.ts'
import type { Told } from '../shared/journal-of.ts'
import { sampleRun, wire } from '../testing/sample-run.ts'
import { isLikely, type Simulated } from './simulated.ts'

export const breakerBugs = ['leaks', 'floods', 'stays-open'] as const
export type BreakerBug = (typeof breakerBugs)[number]

/** How far an instance's own clock is from the proxy's, at most. */
const skewMs = 2

/**
 * Instances with a breaker each, which opens while its dependency is away, and probes until it is
 * back. Requests under way when it opens arrive a little later; its own events are a little off.
 */
export function simulatedBreaker(bug: BreakerBug | 'none', random: Random): Simulated {
  let shown = false
  const told = ['api-1', 'api-2'].slice(0, random.integer(1, 2)).map(name => {
    const run = oneInstance(name, bug, random)
    shown ||= run.shown
    return run.told
  })
  return { journal: sampleRun(...told), shown }
}

function oneInstance(name: string, bug: BreakerBug | 'none', random: Random) {
  const told: Told[] = []
  let shown = false
  const request = (atMs: number) => told.push(wire('request', atMs, { link: `${name}>redis` }))
  const says = (state: string, atMs: number) => {
    const ownMs = atMs + (random.next() * 2 - 1) * skewMs
    const detail = { name: 'redis', state }
    told.push({
      kind: 'service',
      instance: name,
      event: 'breaker',
      detail,
      atMs: ownMs,
      sourceAtMs: ownMs,
    })
  }
  for (let ms = 1_000; ms < 4_100; ms += random.integer(50, 400)) request(ms)
  let ms = 4_100 + random.integer(0, 500)
  for (let back = false; !back; ) {
    says('open', ms)
    for (let late = random.integer(0, 3); late > 0; late--) request(ms + random.integer(0, 40))
    const nextMs = ms + random.integer(300, 2_000)
    if (bug === 'leaks' && isLikely(random, 0.4)) {
      request(random.integer(ms + 60, nextMs - 10))
      shown = true
    }
    says('half-open', nextMs)
    const tookMs = random.integer(20, 200)
    const probes = bug === 'floods' && isLikely(random, 0.4) ? random.integer(2, 20) : 1
    // So near its change of state nobody could tell on which side of it they were.
    for (let probe = 0; probe < probes; probe++)
      request(nextMs + 8 + (probe * (tookMs - 16)) / probes)
    shown ||= probes > 1
    ms = nextMs + tookMs
    back = ms > 10_000
    if (back && bug === 'stays-open' && isLikely(random, 0.5)) {
      says('open', ms)
      return { told, shown: true }
    }
    if (back) says('closed', ms)
  }
  for (ms += 20; ms < 19_000; ms += random.integer(50, 900)) request(ms)
  return { told, shown }
}
