import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew } from '../shared/conclude.ts'
import { changed, oneOf, told } from '../shared/falsify.ts'
import { faultWindow } from '../shared/strikes.ts'
import { sampledAs, samplesOf } from './samples-of.ts'

export interface BaselineOptions {
  /** How long after the last heal it may take. */
  readonly within: Duration
  /** How far above its highest calm sample it may stay, in the figure's unit; default 0. */
  readonly slack?: number
}

/** Fewer samples than this, before the fault or after, show nothing. */
const leastSamples = 2

/**
 * What was taken is given back: connections, sessions, locks, descriptors. Once the time allowed
 * since the last heal is over, every sample is at most its highest before the first fault, and the
 * slack. Unknown when fewer than 2 samples were taken before the fault, or after that time.
 */
export function backToBaseline(of: string, figure: string, options: BaselineOptions): Checker {
  return {
    name: `${figure} of ${of} is back at its baseline within ${options.within}`,
    check: journal => judge(journal, of, figure, options),
    lies: liesOf(of, figure, options),
  }
}

function observe(journal: Journal, of: string, figure: string, options: BaselineOptions) {
  const { fromMs, toMs: healedMs } = faultWindow(journal) ?? { fromMs: 0, toMs: 0 }
  const samples = samplesOf(journal, of, figure)
  const before = samples.filter(({ atMs }) => atMs < fromMs)
  const after = samples.filter(({ atMs }) => atMs >= healedMs + toMs(options.within))
  const baseline = before.reduce((max, { value }) => Math.max(max, value), 0)
  return { before, after, baseline, atMost: baseline + (options.slack ?? 0) }
}

function judge(journal: Journal, of: string, figure: string, options: BaselineOptions): Finding {
  const { before, after, baseline, atMost } = observe(journal, of, figure, options)
  const most = after.reduce((max, { value }) => Math.max(max, value), 0)
  const judged = before.length >= leastSamples ? after : []
  return conclude({
    journal,
    violations: judged
      .filter(({ value }) => value > atMost)
      .map(({ value, index, atMs }) => ({
        kind: 'keptBack',
        what: `${figure} of ${of} was still ${value} (${atMost} allowed)`,
        entries: [index],
        atMs,
      })),
    figures: { baseline, after: most, samples: after.length },
    unseen: [
      ...tooFew(`Samples of ${figure} of ${of} before the fault`, before.length, leastSamples),
      ...tooFew(
        `Samples of ${figure} of ${of} after ${options.within}`,
        after.length,
        leastSamples,
      ),
      ...gapsIn(journal),
    ],
    story: `${figure} of ${of} was ${baseline} before the fault and ${most} at most after it.`,
  })
}

function liesOf(of: string, figure: string, options: BaselineOptions): readonly Lie[] {
  return [
    {
      name: 'keeps one more than allowed in the end',
      found: 'invalid',
      tell: (journal, random) => {
        const { before, after, atMost } = observe(journal, of, figure, options)
        const one = oneOf(random, after)
        if (!one || before.length < leastSamples) return undefined
        const more = changed(journal, [one.index], entry =>
          entry.kind === 'resources' ? sampledAs(entry, figure, atMost + 1) : entry,
        )
        return told(more, [one.index])
      },
    },
    {
      name: 'takes the samples after the fault away',
      found: 'unknown',
      tell: journal => {
        const gone = observe(journal, of, figure, options).after.map(({ index }) => index)
        return told(
          journal.filter(({ index }) => !gone.includes(index)),
          gone,
        )
      },
    },
  ]
}
