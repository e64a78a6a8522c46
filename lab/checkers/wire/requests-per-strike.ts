import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal, WireEvent } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, type Violation } from '../shared/conclude.ts'
import { firstThat, told, withMore, without } from '../shared/falsify.ts'
import { isCalm, strikesCalled, type Window } from '../shared/strikes.ts'
import { atOf, type Links, type WireEntry, wireOf } from './wire-events.ts'

export interface PerStrikeOptions {
  /** The strike, by its name; a name without its number means all of that name, each by itself. */
  readonly from: string
  /** How long after a strike came into force requests are counted for it, up to the next of its name. */
  readonly within: Duration
  /** The most requests after any one strike, over all links. */
  readonly atMost: number
  /** Links to watch. */
  readonly links: Links
  /** Requests to count; default all. */
  readonly counts?: (event: WireEvent) => boolean
}

/**
 * A strike makes no rush: after each one at most so many requests of a kind follow in the given time
 * (loads after a key was deleted, writes to a store that is full). Unknown when no strike of that
 * name was made, or when no request of the kind followed any, unless the run had no faults.
 */
export function requestsPerStrike(options: PerStrikeOptions): Checker {
  const { atMost, from, within } = options
  return {
    name: `at most ${atMost} requests within ${within} of ${from}`,
    subscribes: options.links,
    check: journal => judge(journal, options),
    lies: [oneTooMany(options), unseenRequests(options)],
  }
}

interface Followed extends Window {
  readonly strike: string
  readonly requests: readonly WireEntry[]
}

function followed(journal: Journal, options: PerStrikeOptions): readonly Followed[] {
  const { from, within, links, counts = () => true } = options
  const requests = wireOf(journal, links).filter(each => each.what === 'request' && counts(each))
  const made = strikesCalled(journal, from).filter(({ appliedMs }) => appliedMs !== undefined)
  return made.map(({ name, appliedMs: fromMs = 0 }, place) => {
    const nextMs = made[place + 1]?.appliedMs ?? Number.POSITIVE_INFINITY
    const untilMs = Math.min(fromMs + toMs(within), nextMs)
    return {
      ...{ strike: name, fromMs, toMs: untilMs },
      requests: requests.filter(each => atOf(each) >= fromMs && atOf(each) < untilMs),
    }
  })
}

function judge(journal: Journal, options: PerStrikeOptions): Finding {
  const { from, within, atMost } = options
  const strikes = followed(journal, options)
  const counts = strikes.map(({ requests }) => requests.length)
  const all = counts.reduce((sum, count) => sum + count, 0)
  const most = counts.reduce((max, count) => Math.max(max, count), 0)
  return conclude({
    journal,
    violations: strikes.flatMap(({ strike, requests }): readonly Violation[] => {
      const first = requests[atMost]
      if (!first) return []
      const what = `${requests.length} requests came within ${within} of ${strike}`
      const entries = requests.map(({ index }) => index)
      return [{ kind: 'tooMany', what, entries, atMs: first.atMs }]
    }),
    figures: { strikes: strikes.length, requests: all, most, atMost },
    unseen: isCalm(journal)
      ? []
      : [
          ...(strikes.length === 0 ? [`Strike ${from} was not made`] : []),
          ...(all === 0 ? ['No request of the kind followed a strike'] : []),
          ...gapsIn(journal, options.links),
        ],
    story: `${all} requests followed ${strikes.length} strikes, at most ${most} within ${within} of one (${atMost} allowed).`,
  })
}

function oneTooMany(options: PerStrikeOptions): Lie {
  return {
    name: 'asks just once more than allowed after one strike',
    found: 'invalid',
    tell: (journal, random) =>
      firstThat(random, followed(journal, options), ({ requests }) => {
        const [one] = requests
        if (!one) return undefined
        const more = Array.from({ length: options.atMost + 1 - requests.length }, () => one)
        return told(withMore(journal, more), [one.index])
      }),
  }
}

function unseenRequests(options: PerStrikeOptions): Lie {
  return {
    name: 'shows none of the requests',
    found: 'unknown',
    tell: journal => {
      const gone = followed(journal, options).flatMap(each => each.requests.map(r => r.index))
      return told(without(journal, gone), gone)
    },
  }
}
