import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import { type EntryOf, ofKind } from '../shared/history.ts'
import { faultWindow, isCalm, strikesCalled, strikesIn, type Window } from '../shared/strikes.ts'

export interface AlertOptions {
  /** Of the rule: `CircuitBreakerOpen`. */
  readonly name: string
  /** From the moment the strike is in force. */
  readonly within: Duration
  /** From its healing; it must stay resolved. */
  readonly resolvesWithin: Duration
  /** The strike that it tells of, by its name; default all of them. */
  readonly from?: string
}

/** What a look at the alerts said; `firing` is the rule in question. */
export interface Look {
  readonly entry: EntryOf<'alerts'>
  readonly firing: boolean
}

export interface WatchedAlert {
  readonly looks: readonly Look[]
  /** Of the strike; undefined where it was not made. */
  readonly window: Window | undefined
  readonly calm: boolean
  readonly strike: readonly number[]
  readonly withinMs: number
  readonly resolvesWithinMs: number
}

/** What a journal says of one alert, and of the strike that it tells of. */
export function watchedAlert(journal: Journal, options: AlertOptions): WatchedAlert {
  const strikes =
    options.from === undefined ? strikesIn(journal) : strikesCalled(journal, options.from)
  const made = strikes.some(({ appliedMs }) => appliedMs !== undefined)
  const calm = isCalm(journal)
  return {
    looks: ofKind(journal, 'alerts').map(entry => ({
      entry,
      firing: entry.active.some(({ name, state }) => name === options.name && state === 'firing'),
    })),
    window: made || calm ? faultWindow(journal, options.from) : undefined,
    calm,
    strike: strikes.flatMap(({ entries }) => entries),
    withinMs: toMs(options.within),
    resolvesWithinMs: toMs(options.resolvesWithin),
  }
}
