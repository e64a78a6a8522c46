import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { firstThat, told, withMore } from '../shared/falsify.ts'
import { faultWindow } from '../shared/strikes.ts'
import { atOf, type Links, type WireEntry, wireOf } from './wire-events.ts'

export interface AtOnceOptions {
  /** The most requests on any one link that have no answer yet. */
  readonly atMost: number
  /** Links to watch; of protocols that answer each request. */
  readonly links: Links
}

/**
 * A dependency is never asked more at once than it may be: on no link are there more requests that
 * have begun and have neither been answered nor been given up with their connection (50 ms later at
 * most). Unknown when no request was seen since the first fault.
 */
export function callsAtOnce(options: AtOnceOptions): Checker {
  return {
    name: `at most ${options.atMost} calls per link at once`,
    timed: true,
    subscribes: options.links,
    check: journal => judge(journal, options),
    lies: [
      lie('calls just once more than allowed, on as many connections', options, n => -1 - n),
      lie('calls just once more than allowed, in one pipeline', options, () => -1),
    ],
  }
}

function judge(journal: Journal, { atMost, links }: AtOnceOptions): Finding {
  const crowds = crowdsOf(wireOf(journal, links))
  const fromMs = faultWindow(journal)?.fromMs ?? Number.POSITIVE_INFINITY
  const since = crowds.filter(({ request }) => atOf(request) >= fromMs).length
  const most = crowds.reduce((so, { open }) => Math.max(so, open.length), 0)
  return conclude({
    journal,
    violations: crowds.flatMap(({ request, open }): readonly Violation[] => {
      if (open.length <= atMost) return []
      const what = `${open.length} calls on ${request.link} were unanswered at once`
      const entries = open.map(each => each.index)
      return [{ kind: 'tooMany', what, entries, atMs: request.atMs }]
    }),
    figures: { requests: crowds.length, most, atMost },
    unseen: [...tooFew('Requests since the fault', since, 1), ...gapsIn(journal, links)],
    story: `Of ${crowds.length} calls at most ${most} were unanswered at once on one link (${atMost} allowed).`,
  })
}

interface Crowd {
  readonly request: WireEntry
  /** Those of its link without an answer when it was sent; it is the last of them. */
  readonly open: readonly WireEntry[]
}

interface Call {
  readonly request: WireEntry
  endMs: number
}

function crowdsOf(wire: readonly WireEntry[]): readonly Crowd[] {
  const byLink = Map.groupBy(callsIn(wire), ({ request }) => request.link)
  return [...byLink.values()].flatMap(calls =>
    calls.map(({ request }, place) => {
      const before = calls.slice(0, place).filter(({ endMs }) => endMs > atOf(request) + graceMs)
      return { request, open: [...before.map(each => each.request), request] }
    }),
  )
}

/** Who gives up frees its place at once; that its connection is closed is seen a little later. */
const graceMs = 50

/** In the order of their requests. */
function callsIn(wire: readonly WireEntry[]): readonly Call[] {
  const open = new Map<string, Call[]>()
  const all: Call[] = []
  for (const entry of wire) {
    const connection = `${entry.link} ${entry.connection}`
    const own = open.get(connection) ?? []
    open.set(connection, own)
    const isEnd = entry.what === 'close' || entry.what === 'abandoned'
    const ended = entry.what === 'response' ? own.splice(0, 1) : isEnd ? own.splice(0) : []
    for (const call of ended) call.endMs = atOf(entry)
    if (entry.what !== 'request') continue
    const call = { request: entry, endMs: Number.POSITIVE_INFINITY }
    own.push(call)
    all.push(call)
  }
  return all
}

/** On connections that are new, so that no answer is theirs. */
function lie(
  name: string,
  { atMost, links }: AtOnceOptions,
  connectionOf: (number: number) => number,
): Lie {
  return {
    name,
    found: 'invalid',
    tell: (journal, random) =>
      firstThat(random, crowdsOf(wireOf(journal, links)), ({ request, open }) => {
        const more = Array.from({ length: atMost + 1 - open.length }, (_, number) => {
          return { ...request, connection: connectionOf(number) }
        })
        return told(withMore(journal, more), [request.index])
      }),
  }
}
