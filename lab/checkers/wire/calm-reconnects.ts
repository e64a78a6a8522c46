import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import { faultWindow, isCalm, ofKind } from '../shared/history.ts'

export interface ReconnectOptions {
  /** The most connects on any one link within any stretch of this length. */
  readonly atMost: number
  readonly within: Duration
  /** Links to watch; default all. */
  readonly links?: (link: { readonly name: string }) => boolean
}

interface Burst {
  readonly link: string
  readonly entries: readonly number[]
  readonly atMs: number
}

/**
 * No reconnect storm: counted at the proxies, refused attempts too, no link sees more than so many
 * connects in any such stretch since the first fault. Unknown when nobody connected since then,
 * unless the run had no faults.
 */
export function calmReconnects(options: ReconnectOptions): Checker {
  return {
    name: `at most ${options.atMost} connects per link within ${options.within}`,
    check: journal => judge(journal, options),
  }
}

function judge(journal: Journal, options: ReconnectOptions): Finding {
  const fromMs = faultWindow(journal)?.fromMs ?? Number.POSITIVE_INFINITY
  const connects = ofKind(journal, 'wire').filter(
    ({ what, link, atMs }) =>
      (what === 'connect' || what === 'refused') &&
      atMs >= fromMs &&
      (options.links?.({ name: link }) ?? true),
  )
  const bursts = [...Map.groupBy(connects, each => each.link)].map(([link, ofLink]) => {
    const times = ofLink.map(({ index, atMs, sourceAtMs }) => ({ index, atMs: sourceAtMs ?? atMs }))
    return busiest(link, times, toMs(options.within))
  })
  const worst = bursts.toSorted((a, b) => b.entries.length - a.entries.length)[0]
  const most = worst?.entries.length ?? 0
  const figures = { connects: connects.length, links: bursts.length, most, atMost: options.atMost }
  if (!worst && isCalm(journal)) {
    return { word: 'valid', story: 'Nobody had to connect again in calm weather.', figures }
  }
  if (!worst) {
    return {
      word: 'unknown',
      story: 'Nobody connected since the fault: nothing was examined.',
      figures,
    }
  }
  const story =
    `${connects.length} connects on ${bursts.length} links, ` +
    `at most ${most} within ${options.within} on one.`
  if (most <= options.atMost) return { word: 'valid', story, figures }
  const what = `${most} connects on ${worst.link} within ${options.within}`
  const witness = { what, entries: worst.entries.slice(0, 24), atMs: worst.atMs }
  return { word: 'invalid', story, figures, witness }
}

/** Two pointers over the sorted times: the fullest window. */
function busiest(
  link: string,
  times: readonly { readonly index: number; readonly atMs: number }[],
  lengthMs: number,
): Burst {
  const sorted = times.toSorted((a, b) => a.atMs - b.atMs)
  let best: Burst = { link, entries: [], atMs: 0 }
  let first = 0
  sorted.forEach(({ atMs }, last) => {
    while (atMs - (sorted[first]?.atMs ?? atMs) >= lengthMs) first++
    if (last - first + 1 <= best.entries.length) return
    best = { link, entries: sorted.slice(first, last + 1).map(each => each.index), atMs }
  })
  return best
}
