import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import { faultWindow } from '../shared/strikes.ts'
import { atOf, type Links, type WireEntry, wireOf, withoutRefusedConnects } from './wire-events.ts'

/** Every attempt to connect on these links from so long after the first fault on, in order of time. */
export function connectsSince(
  journal: Journal,
  { links, after = '0ms' }: { readonly links?: Links; readonly after?: Duration },
): readonly WireEntry[] {
  const fromMs = (faultWindow(journal)?.fromMs ?? Number.POSITIVE_INFINITY) + toMs(after)
  return withoutRefusedConnects(wireOf(journal, links)).filter(
    each => (each.what === 'connect' || each.what === 'refused') && atOf(each) >= fromMs,
  )
}

/** Two pointers over ascending times: the fullest stretch. */
export function busiest(connects: readonly WireEntry[], lengthMs: number): readonly WireEntry[] {
  let best: readonly [number, number] = [0, 0]
  let first = 0
  connects.forEach((connect, last) => {
    while (atOf(connect) - atOf(connects[first] ?? connect) >= lengthMs) first++
    if (last + 1 - first > best[1] - best[0]) best = [first, last + 1]
  })
  return connects.slice(...best)
}
