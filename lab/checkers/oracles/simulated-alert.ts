import type { Random } from '../../base/random.ts'
import type { Told } from '../shared/journal-of.ts'
import { down } from '../testing/sample-alerts.ts'
import { sampleRun } from '../testing/sample-run.ts'
import { isLikely, type Simulated } from './simulated.ts'

export const alertBugs = ['sleeps', 'is late', 'sticks', 'cries wolf', 'flaps back'] as const
export type AlertBug = (typeof alertBugs)[number]

export const alertBounds = { name: 'Down', within: '3s', resolvesWithin: '4s' } as const

/** Of the sample run. */
const [struckMs, healedMs, endMs] = [4_000, 10_000, 20_000]

interface Stretch {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * A rule that is evaluated each second on a system that is down, and that somebody looks at twice a
 * second, now and then late. Other alerts come and go meanwhile.
 */
export function simulatedAlert(bug: AlertBug | 'none', random: Random): Simulated {
  const stretches: Stretch[] = []
  const fired = struckMs + random.integer(200, 2_800)
  const resolved = healedMs + random.integer(0, 3_800)
  const acts = isLikely(random, 0.6)
  if (bug === 'is late' && acts) {
    stretches.push({ fromMs: struckMs + random.integer(3_100, 5_500), toMs: resolved })
  } else if (!(bug === 'sleeps' && acts)) stretches.push({ fromMs: fired, toMs: resolved })
  if (bug === 'sticks' && acts)
    stretches.push({ fromMs: fired, toMs: random.integer(14_600, 20_000) })
  if (bug === 'cries wolf' && acts) {
    const fromMs = random.integer(0, 3_000)
    stretches.push({ fromMs, toMs: fromMs + random.integer(100, 900) })
  }
  if (bug === 'flaps back' && acts) {
    const fromMs = random.integer(14_100, 19_000)
    stretches.push({ fromMs, toMs: fromMs + random.integer(100, 900) })
  }
  const told: Told[] = []
  let [seenInTime, seenWrong] = [false, false]
  for (let atMs = random.integer(0, 400); atMs < endMs; atMs += random.integer(450, 700)) {
    const firing = stretches.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs)
    const others = isLikely(random, 0.1) ? [{ ...down, name: 'Other' }] : []
    told.push({ kind: 'alerts', active: firing ? [...others, down] : others, atMs })
    seenInTime ||= firing && atMs >= struckMs && atMs <= struckMs + 3_000
    seenWrong ||= firing && (atMs < struckMs || atMs > healedMs + 4_000)
  }
  return { journal: sampleRun(told), shown: !seenInTime || seenWrong }
}
