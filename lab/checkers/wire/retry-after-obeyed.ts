import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal, WireEvent } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { firstThat, later, told, withMore, without } from '../shared/falsify.ts'
import { endOf } from '../shared/strikes.ts'
import { atOf, type Links, type WireEntry, wireOf } from './wire-events.ts'

export interface RetryAfterOptions {
  /** Links to the dependency that may ask to be left alone. */
  readonly links: Links
  /**
   * For how many ms a response asks; default the seconds behind `retry-after` in its detail.
   * Undefined: it does not ask.
   */
  readonly asks?: (response: WireEvent) => number | undefined
  /** A request this soon after the response was under way already; default '50ms'. */
  readonly grace?: Duration
}

/**
 * A dependency that asks to be left alone is: no request on its link between a response that asks
 * and the end of the time asked for; and it is called again after it, if the run goes on for as
 * long once more. Unknown when nothing asked.
 */
export function retryAfterObeyed(options: RetryAfterOptions): Checker {
  return {
    name: 'who asks to be left alone is left alone, and called again',
    subscribes: options.links,
    check: journal => judge(journal, options),
    lies: liesOf(options),
  }
}

interface Pause {
  readonly response: WireEntry
  readonly fromMs: number
  readonly toMs: number
  readonly within: readonly WireEntry[]
  readonly after: readonly WireEntry[]
  /** The run goes on for as long again: a client that comes back would be seen. */
  readonly isOwed: boolean
}

function pausesIn(journal: Journal, options: RetryAfterOptions): readonly Pause[] {
  const { links, asks = secondsIn, grace = '50ms' } = options
  const wire = wireOf(journal, links)
  const endMs = wire.length > 0 ? endOf(journal) : 0
  const byLink = Map.groupBy(
    wire.filter(({ what }) => what === 'request'),
    ({ link }) => link,
  )
  return wire.flatMap((response): readonly Pause[] => {
    const forMs = response.what === 'response' ? asks(response) : undefined
    if (forMs === undefined) return []
    const fromMs = atOf(response) + toMs(grace)
    const untilMs = atOf(response) + forMs
    const requests = byLink.get(response.link) ?? []
    return [
      {
        ...{ response, fromMs, toMs: untilMs },
        within: requests.filter(one => atOf(one) >= fromMs && atOf(one) < untilMs),
        after: requests.filter(one => atOf(one) >= untilMs),
        isOwed: untilMs + forMs <= endMs,
      },
    ]
  })
}

function secondsIn({ detail }: WireEvent): number | undefined {
  const seconds = /retry-after\W+(\d+)/i.exec(detail ?? '')?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

function judge(journal: Journal, options: RetryAfterOptions): Finding {
  const pauses = pausesIn(journal, options)
  const violations = pauses.flatMap(({ response, toMs: untilMs, within, after, isOwed }) => {
    const { link, index } = response
    const early = within.map((one): Violation => {
      const what = `${link} was called ${Math.round(untilMs - atOf(one))} ms before the time it asked for was over`
      return { kind: 'tooEarly', what, entries: [index, one.index], atMs: atOf(one) }
    })
    const what = `${link} was never called again after the time it asked for`
    const never: Violation = { kind: 'neverAgain', what, entries: [index], atMs: untilMs }
    return [...early, ...(isOwed && after.length === 0 ? [never] : [])]
  })
  const calls = pauses.filter(({ after }) => after.length > 0).length
  return conclude({
    journal,
    violations,
    figures: { asked: pauses.length, calledAgain: calls },
    unseen: [
      ...tooFew('Responses that ask to be left alone', pauses.length, 1),
      ...(pauses.length > 0 ? tooFew('Pauses after which a call was seen', calls, 1) : []),
      ...gapsIn(journal, options.links),
    ],
    story: `${pauses.length} times it was asked to wait; nobody called meanwhile, ${calls} times somebody called after it.`,
  })
}

function liesOf(options: RetryAfterOptions): readonly Lie[] {
  return [
    {
      name: 'calls once just before the time is over',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(
          random,
          pausesIn(journal, options),
          ({ response, toMs: untilMs, after, fromMs }) => {
            const [next] = after
            const early = untilMs - 1
            if (!next || early < fromMs) return undefined
            const call = later(next, early - atOf(next))
            return told(withMore(journal, [call]), [response.index, next.index])
          },
        ),
    },
    {
      name: 'never calls again',
      found: 'unknown',
      tell: (journal, random) =>
        firstThat(random, pausesIn(journal, options), ({ response, after }) => {
          const calls = after.map(({ index }) => index)
          return calls.length > 0 ? told(without(journal, calls), [response.index]) : undefined
        }),
    },
  ]
}
