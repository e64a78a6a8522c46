import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { changed, oneOf, told } from '../shared/falsify.ts'
import { faultWindow } from '../shared/strikes.ts'
import { medianOf, type Sample, sampledAs, samplesOf } from './samples-of.ts'

/** Bounds on a figure, in its own unit; at least one of them. */
export type Bounds =
  | { readonly atMost: number; readonly growsAtMost?: number }
  | { readonly atMost?: number; readonly growsAtMost: number }

/** Fewer samples than this since the fault show nothing; of the end, so many are looked at. */
const leastSamples = 3

/**
 * A resource is bounded: no sample since the first fault is above `atMost`, and in the end the
 * figure is at most `growsAtMost` above what it was before the fault (the median of its last
 * samples against the median of the calm ones). Figures are those of `resources` entries:
 * `memoryBytes`, `descriptors`, `connections`, `eventLoopLagMs`; of servers `sessions`, `clients`.
 * Unknown when fewer than 3 samples were taken since the fault, or, for growth, before it.
 */
export function bounded(of: string, figure: string, bounds: Bounds): Checker {
  const said = [
    bounds.atMost === undefined ? [] : [`at most ${bounds.atMost}`],
    bounds.growsAtMost === undefined ? [] : [`grows at most ${bounds.growsAtMost}`],
  ].flat()
  return {
    name: `${figure} of ${of} is bounded: ${said.join(', ')}`,
    check: journal => judge(journal, of, figure, bounds),
    lies: liesOf(of, figure, bounds),
  }
}

function observe(journal: Journal, of: string, figure: string) {
  const fromMs = faultWindow(journal)?.fromMs ?? Number.POSITIVE_INFINITY
  const samples = samplesOf(journal, of, figure)
  const since = samples.filter(({ atMs }) => atMs >= fromMs)
  const before = samples.filter(({ atMs }) => atMs < fromMs)
  return { before, since, last: since.slice(-leastSamples) }
}

function judge(journal: Journal, of: string, figure: string, bounds: Bounds): Finding {
  const { before, since, last } = observe(journal, of, figure)
  const { atMost = Number.POSITIVE_INFINITY, growsAtMost } = bounds
  const most = since.reduce((max, { value }) => Math.max(max, value), 0)
  const growth = medianOf(last) - medianOf(before)
  const grown = before.length >= leastSamples && last.length >= leastSamples
  const tooMuch = growsAtMost !== undefined && grown && growth > growsAtMost
  const end = last.at(-1)
  const over = since.filter(({ value }) => value > atMost)
  return conclude({
    journal,
    violations: [
      ...over.map(({ value, index, atMs }): Violation => {
        return { kind: 'over', what: `${figure} of ${of} was ${value}`, entries: [index], atMs }
      }),
      ...(tooMuch && end ? [grew(end, last, `${figure} of ${of} grew by ${growth}`)] : []),
    ],
    figures: { samples: since.length, most, growth },
    unseen: [
      ...tooFew(`Samples of ${figure} of ${of} since the fault`, since.length, leastSamples),
      ...(growsAtMost === undefined
        ? []
        : tooFew(`Samples of ${figure} of ${of} before the fault`, before.length, leastSamples)),
      ...gapsIn(journal),
    ],
    story: `${figure} of ${of} was ${most} at most and grew by ${growth} (${since.length} samples).`,
  })
}

function grew({ atMs }: Sample, last: readonly Sample[], what: string): Violation {
  return { kind: 'grew', what, entries: last.map(({ index }) => index), atMs }
}

function liesOf(of: string, figure: string, { atMost, growsAtMost }: Bounds): readonly Lie[] {
  const raised = (journal: Journal, chosen: readonly Sample[], to: number) => {
    const indices = chosen.map(({ index }) => index)
    const more = changed(journal, indices, entry =>
      entry.kind === 'resources' ? sampledAs(entry, figure, to) : entry,
    )
    return told(more, indices)
  }
  const over: Lie = {
    name: 'raises one sample just over the bound',
    found: 'invalid',
    tell: (journal, random) => {
      const one = oneOf(random, observe(journal, of, figure).since)
      return one && raised(journal, [one], (atMost ?? 0) + 1)
    },
  }
  const growth: Lie = {
    name: 'lets it grow just too much until the end',
    found: 'invalid',
    tell: journal => {
      const { before, last } = observe(journal, of, figure)
      if (before.length < leastSamples || last.length < leastSamples) return undefined
      return raised(journal, last, medianOf(before) + (growsAtMost ?? 0) + 1)
    },
  }
  const silent: Lie = {
    name: 'takes all samples away',
    found: 'unknown',
    tell: journal => {
      const own = samplesOf(journal, of, figure).map(({ index }) => index)
      return told(
        journal.filter(({ index }) => !own.includes(index)),
        own,
      )
    },
  }
  return [
    ...(atMost === undefined ? [] : [over]),
    ...(growsAtMost === undefined ? [] : [growth]),
    silent,
  ]
}
