import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, type Violation } from '../shared/conclude.ts'
import { stretched, told, without } from '../shared/falsify.ts'
import { type EntryOf, ofKind } from '../shared/history.ts'
import { isCalm, strikesCalled } from '../shared/strikes.ts'

export interface DetectionOptions {
  /** The strike that is to be noticed, by its name. */
  readonly from: string
  readonly within: Duration
  /**
   * Which of the service's own events shows that it has noticed: a breaker that opened, an alert.
   */
  readonly sign: (event: ServiceSign) => boolean
  /** Each of these must notice; default: any one. */
  readonly instances?: readonly string[]
}

export type ServiceSign = Pick<EntryOf<'service'>, 'instance' | 'event' | 'detail'>

/**
 * The service notices in time: after each strike of this name it gives a sign within the bound, in
 * each of the instances if they are named; and it gives none before the first fault, which would be
 * a false alarm. Unknown when the strike was never made, or when the journal has no service events.
 */
export function detectedWithin(options: DetectionOptions): Checker {
  return {
    name: `${options.from} is noticed within ${options.within}`,
    timed: true,
    check: journal => judge(journal, options),
    lies: liesOf(options),
  }
}

interface Watch {
  readonly who: string
  readonly strikeMs: number
  readonly strike: readonly number[]
  readonly sign: EntryOf<'service'> | undefined
}

function observe(journal: Journal, options: DetectionOptions) {
  const signs = ofKind(journal, 'service').filter(options.sign)
  const strikes = strikesCalled(journal, options.from)
  const firstMs = Math.min(
    ...ofKind(journal, 'fault').flatMap(({ step, atMs }) => (step === 'applied' ? [atMs] : [])),
  )
  const watches = strikes.flatMap(({ appliedMs, entries: strike }): readonly Watch[] => {
    if (appliedMs === undefined) return []
    const own = signs.filter(({ atMs }) => atMs >= appliedMs)
    const watch = (who: string, sign: Watch['sign']) => ({ who, strikeMs: appliedMs, strike, sign })
    if (!options.instances) return [watch('the service', own[0])]
    return options.instances.map(name =>
      watch(
        name,
        own.find(one => one.instance === name),
      ),
    )
  })
  return { watches, early: signs.filter(({ atMs }) => atMs < firstMs), signs }
}

function judge(journal: Journal, options: DetectionOptions): Finding {
  const { watches, early } = observe(journal, options)
  const events = ofKind(journal, 'service').length
  const detectMs = watches.reduce((most, { sign, strikeMs }) => {
    return Math.max(most, sign ? sign.atMs - strikeMs : 0)
  }, 0)
  const calm = isCalm(journal)
  return conclude({
    journal,
    violations: [
      ...(events > 0 ? watches.flatMap(watch => ofWatch(watch, options)) : []),
      ...early.map(({ index, atMs, instance }): Violation => {
        const what = `${instance} gave a sign before anything was wrong`
        return { kind: 'falseAlarm', what, entries: [index], atMs }
      }),
    ],
    figures: { strikes: watches.length, detectMs: Math.round(detectMs) },
    unseen: [
      ...(watches.length > 0 || calm ? [] : [`Strike ${options.from} was not made`]),
      ...(events > 0 || calm ? [] : ['The journal has no events of the service']),
      ...gapsIn(journal),
    ],
    story: calm
      ? 'There was nothing to notice, and nothing was.'
      : `${options.from} was noticed within ${Math.round(detectMs)} ms (at most ${options.within}).`,
  })
}

function ofWatch({ who, sign, strike, strikeMs }: Watch, { within, from }: DetectionOptions) {
  const tookMs = sign && Math.round(sign.atMs - strikeMs)
  if (tookMs !== undefined && tookMs <= toMs(within)) return []
  const what =
    tookMs === undefined ? `${who} never noticed ${from}` : `${from} was noticed after ${tookMs} ms`
  const entries = [...(sign ? [sign.index] : []), ...strike]
  return [{ kind: tookMs === undefined ? 'unnoticed' : 'tooLate', what, entries, atMs: strikeMs }]
}

function liesOf(options: DetectionOptions): readonly Lie[] {
  return [
    {
      name: 'notices a little too late',
      found: 'invalid',
      tell: journal => {
        const [watch] = observe(journal, options).watches
        if (!watch?.sign) return undefined
        const { sign, strikeMs, strike } = watch
        const more = toMs(options.within) + 1 - (sign.atMs - strikeMs)
        return told(stretched(journal, sign.atMs, more), [sign.index, ...strike])
      },
    },
    {
      name: 'never notices',
      found: 'unknown',
      tell: journal => {
        const { watches, signs } = observe(journal, options)
        const gone = signs.map(({ index }) => index)
        return gone.length === 0
          ? undefined
          : told(
              without(journal, gone),
              watches.flatMap(({ strike }) => strike),
            )
      },
    },
  ]
}
