import type { Random } from '../../base/random.ts'
import type { Told } from '../shared/journal-of.ts'
import { ok, operation, refused, sampleRun, wire } from '../testing/sample-run.ts'
import { isLikely, type Simulated } from './simulated.ts'

export const retryBugs = ['hammers', 'redials'] as const
export type RetryBug = (typeof retryBugs)[number]

/** The most attempts a request may make. */
export const atMost = 3

/** Requests that are tried up to three times, by one command or another, while Redis is away. */
export function simulatedRetries(bug: RetryBug | 'none', random: Random): Simulated {
  const told: (readonly Told[])[] = []
  let shown = false
  for (let op = 0; op < 60; op++) {
    const atMs = op * 300
    const away = atMs >= 4_000 && atMs < 10_000
    const attempts = away ? random.integer(1, atMost) : 1
    const hammers = bug === 'hammers' && away && isLikely(random, 0.05)
    const redials = bug === 'redials' && op === 20
    const more = hammers ? atMost + random.integer(1, 4) - attempts : 0
    shown ||= hammers || redials
    const outcome = away && isLikely(random, 0.3) ? refused : ok(1)
    told.push(operation({ op, key: `k${op}`, outcome, atMs, tookMs: 200 }))
    told.push(
      Array.from({ length: attempts + more }, (_, n) => {
        const message = random.pick(['SET', 'EVALSHA'])
        return wire('request', atMs + 1 + n * 20, { key: `session:k${op}`, message })
      }),
      redials ? Array.from({ length: 200 }, (_, n) => wire('refused', atMs + 1 + n / 2)) : [],
    )
  }
  return { journal: sampleRun(...told), shown }
}
