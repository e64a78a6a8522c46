import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal, WireEvent } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { firstThat, told, withTimes } from '../shared/falsify.ts'
import { isCalm } from '../shared/strikes.ts'
import { atOf, type Links, type WireEntry, wireOf, withoutRefusedConnects } from './wire-events.ts'

export interface BackOffOptions {
  /**
   * The nominal wait before the second attempt; it is `growth` times as long before each next one.
   */
  readonly first: Duration
  /** Default 2. */
  readonly growth?: number
  /** No wait is nominally longer than this; default '30s'. */
  readonly cap?: Duration
  /** How much shorter or longer than nominal a wait may be, as a share of it; default 0.5. */
  readonly jitter?: number
  /** So much later than that is a busy machine's doing; default '250ms'. */
  readonly slack?: Duration
  /** Links to watch; default all. */
  readonly links?: Links
  /**
   * The series an event is an attempt of, such as the id of a message that is tried again; default:
   * refused connects, each link's own. Undefined: it is none.
   */
  readonly attempts?: (event: WireEvent) => string | undefined
  /** An event that ends its series: it succeeded; default a connect on the link that was not refused. */
  readonly ends?: (event: WireEvent) => string | undefined
}

/** Of fewer waits than this nobody can say that they grow or are jittered. */
const leastGaps = 3
/** Waits this much alike, as a share of the nominal one, are not jittered. */
const alike = 0.02

/**
 * Attempts keep their distance: in each series every wait lies around its nominal length, neither
 * shorter than the jitter allows (so it grows) nor longer, and the waits are not all at the same
 * place within it (so not everybody comes back at once). Unknown when fewer than 3 waits were seen,
 * unless the run had no faults. A client with several connections at a time has a series for none
 * of them: name its attempts.
 */
export function backOff(options: BackOffOptions): Checker {
  return {
    name: `back-off from ${options.first}: grows and is jittered`,
    subscribes: link => (options.attempts ? (options.links?.(link) ?? true) : false),
    check: journal => judge(journal, options),
    lies: liesOf(options),
  }
}

interface Gap {
  readonly series: string
  readonly before: WireEntry
  readonly after: WireEntry
  readonly tookMs: number
  readonly nominalMs: number
}

function gapsBetween(journal: Journal, options: BackOffOptions): readonly Gap[] {
  const { growth = 2, cap = '30s', attempts = refusedOn, ends = connectOn } = options
  const last = new Map<string, { readonly attempt: WireEntry; readonly waits: number }>()
  const wire = wireOf(journal, options.links)
  const seen = options.ends ? wire : withoutRefusedConnects(wire)
  return seen.flatMap((entry): readonly Gap[] => {
    const ended = ends(entry)
    const series = attempts(entry) ?? ended
    const known = series === undefined ? undefined : last.get(series)
    if (series === undefined) return []
    if (ended === undefined) last.set(series, { attempt: entry, waits: (known?.waits ?? -1) + 1 })
    else last.delete(series)
    if (!known) return []
    const nominalMs = Math.min(toMs(cap), toMs(options.first) * growth ** known.waits)
    const tookMs = atOf(entry) - atOf(known.attempt)
    return [{ series, before: known.attempt, after: entry, tookMs, nominalMs }]
  })
}

const refusedOn = ({ what, link }: WireEvent) => (what === 'refused' ? link : undefined)
const connectOn = ({ what, link }: WireEvent) => (what === 'connect' ? link : undefined)

function judge(journal: Journal, options: BackOffOptions): Finding {
  const { jitter = 0.5, slack = '250ms' } = options
  const gaps = gapsBetween(journal, options)
  const at = (kind: string, { before, after }: Gap, what: string): Violation => {
    return { kind, what, entries: [before.index, after.index], atMs: atOf(after) }
  }
  const outside = gaps.flatMap(gap => {
    const { series, tookMs, nominalMs } = gap
    const text = `${series} waited ${Math.round(tookMs)} ms where ${Math.round(nominalMs)} ms were due`
    if (tookMs < nominalMs * (1 - jitter)) return [at('tooShort', gap, text)]
    return tookMs > nominalMs * (1 + jitter) + toMs(slack) ? [at('tooLong', gap, text)] : []
  })
  const places = gaps.map(({ tookMs, nominalMs }) => tookMs / nominalMs)
  const spread = places.length === 0 ? 0 : mostOf(places) - leastOf(places)
  const [first] = gaps
  const enough = gaps.length >= leastGaps
  const stiff = enough && jitter > 0 && spread < alike && first
  return conclude({
    journal,
    violations: [
      ...outside,
      ...(stiff
        ? [at('notJittered', first, `${gaps.length} waits were all of the nominal length`)]
        : []),
    ],
    figures: {
      waits: gaps.length,
      series: new Set(gaps.map(({ series }) => series)).size,
      shortestMs: Math.round(gaps.length > 0 ? leastOf(gaps.map(({ tookMs }) => tookMs)) : 0),
      spread: Math.round(100 * spread) / 100,
    },
    unseen: [
      ...(isCalm(journal) ? [] : tooFew('Waits between attempts', gaps.length, leastGaps)),
      ...gapsIn(journal, options.links),
    ],
    story: `${gaps.length} waits between attempts grew as they should and were jittered.`,
  })
}

const leastOf = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b))
const mostOf = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b))

function liesOf(options: BackOffOptions): readonly Lie[] {
  const { jitter = 0.5 } = options
  return [
    {
      name: 'tries once a little too early',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(random, gapsBetween(journal, options), ({ before, after, nominalMs }) => {
          const earliest = atOf(before) + nominalMs * (1 - jitter) - 1
          if (earliest <= atOf(before)) return undefined
          const times = new Map([[after.index, earliest - atOf(after)]])
          return told(withTimes(journal, times), [before.index, after.index])
        }),
    },
    {
      name: 'makes every wait of its nominal length',
      found: 'invalid',
      tell: journal => {
        const gaps = gapsBetween(journal, options)
        if (gaps.length < leastGaps || jitter === 0) return undefined
        const times = new Map<number, number>()
        for (const { before, after, tookMs, nominalMs } of gaps) {
          times.set(after.index, (times.get(before.index) ?? 0) + nominalMs - tookMs)
        }
        const touched = gaps.flatMap(({ before, after }) => [before.index, after.index])
        return told(withTimes(journal, times), touched)
      },
    },
  ]
}
