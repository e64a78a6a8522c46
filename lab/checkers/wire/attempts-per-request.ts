import type { Journal, WireEvent } from '../../journal/journal.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import { conclude, gapsIn, type Violation } from '../shared/conclude.ts'
import { history, isFinal, isOk, type Named, type Performed } from '../shared/history.ts'
import { remembered } from '../shared/remembered.ts'
import { faultWindow, isWithin } from '../shared/strikes.ts'
import { attemptLies } from './attempt-lies.ts'
import { atOf, idsIn, type Links, type WireEntry, wireOf } from './wire-events.ts'

export interface AttemptOptions {
  /** The most attempts any one logical request may make. */
  readonly atMost: number
  /** The most attempts per request over all of them, and over those of each link: a budget, as in `1.2`. */
  readonly onAverageAtMost?: number
  /**
   * The id the wire shows for this operation; default its key. Undefined: it never reaches a wire.
   */
  readonly correlate?: (operation: Performed) => string | undefined
  /** Ids a message may carry; default its trace, its key, and its key behind the last colon. */
  readonly carries?: (event: WireEvent) => readonly string[]
  /** Links to watch; default all. */
  readonly links?: Links
  /** Messages to count; default all that carry an id. */
  readonly counts?: (event: WireEvent) => boolean
  /** Messages one attempt needs, of all kinds that are counted (`BEGIN`, `COMMIT`); default 1. */
  readonly perAttempt?: number
}

/** Of the requests that were answered ok, the share that must be seen at the wire. */
const leastSeen = 0.5

/**
 * How often each logical request was really sent, counted at the proxies: all its messages, of
 * whatever kind, and on average (in all, and on each link) also each connect that was refused, for no message follows it.
 * (Which request a refused connect belongs to nobody can tell, and pools connect again by
 * themselves; but more of them than `atMost` for each request between the first and the last of
 * them are too many.) What the final reads send is not counted. Unknown when no message during the
 * fault could be told to belong to a request, or when of the requests that were ok less than half
 * were seen at the wire.
 */
export function attemptsPerRequest(workload: Named, options: AttemptOptions): Checker {
  return {
    name: `attempts per request of ${workload.name}: at most ${options.atMost}`,
    subscribes: options.links ?? (() => true),
    check: journal => judge(journal, workload, options),
    lies: attemptLies(options, journal => correlated(journal, workload, options).messages),
  }
}

function judge(journal: Journal, workload: Named, options: AttemptOptions): Finding {
  const { requests, messages, refused } = correlated(journal, workload, options)
  const window = faultWindow(journal)
  const { perAttempt = 1, atMost, onAverageAtMost = Number.POSITIVE_INFINITY } = options
  const attempts = new Map(
    [...messages].map(([id, ofId]) => [id, Math.ceil(ofId.length / perAttempt)]),
  )
  const total = [...attempts.values()].reduce((sum, count) => sum + count, 0) + refused.length
  const asked = new Set([...attempts.keys(), ...underWayAt(requests, refused)]).size
  const average = asked > 0 ? Math.round((100 * total) / asked) / 100 : 0
  const byLink = averagesOf(messages, requests, refused, perAttempt)
  const worst = Math.max(average, ...byLink.values())
  const during = [...messages.values()].flat().filter(one => window && isWithin(window, one.atMs))
  const ok = [...requests].filter(([, operations]) => operations.some(isOk)).map(([id]) => id)
  const seenOk = ok.filter(id => attempts.has(id)).length
  const figures = {
    ...{ requests: requests.size, seen: attempts.size, attempts: total, average, atMost },
    averageOnOneLink: Math.max(0, ...byLink.values()),
    attemptsDuringFault:
      during.length + refused.filter(one => window && isWithin(window, one.atMs)).length,
    most: [...attempts.values()].reduce((most, count) => Math.max(most, count), 0),
    refusedConnects: refused.length,
    connects: wireOf(journal, options.links).filter(({ what }) => what === 'connect').length,
  }
  const violations = [
    ...tooMany(messages, attempts, atMost),
    ...(worst > onAverageAtMost ? overBudget(messages, attempts, refused, worst) : []),
    ...stormOfRefused(requests, refused, atMost),
  ]
  const unseen = [
    ...(figures.attemptsDuringFault > 0
      ? []
      : ['No message at the wire during the fault could be told to belong to a request']),
    ...(seenOk < leastSeen * ok.length
      ? [`Of ${ok.length} requests that were ok only ${seenOk} were seen at the wire`]
      : []),
    ...gapsIn(journal, options.links ?? (() => true)),
  ]
  const story =
    `${total} attempts for ${asked} requests seen at the wire: ` +
    `${average} on average, ${figures.most} at most (${atMost} allowed).`
  return conclude({ journal, violations, figures, unseen, story })
}

type Messages = ReadonlyMap<string, readonly WireEntry[]>
type Requests = ReadonlyMap<string, readonly Performed[]>

function correlated(journal: Journal, workload: Named, options: AttemptOptions) {
  return correlatedIn(history(journal, workload), wireOf(journal, options.links), options)
}

const correlatedIn = remembered(
  (all: readonly Performed[], wire: readonly WireEntry[], options: AttemptOptions) => {
    const { correlate = each => each.key, carries = idsIn, counts = () => true } = options
    const requests = new Map<string, Performed[]>()
    for (const operation of all) {
      const id = isFinal(operation) ? undefined : correlate(operation)
      if (id === undefined) continue
      const known = requests.get(id)
      if (known) known.push(operation)
      else requests.set(id, [operation])
    }
    const messages = Map.groupBy(
      wire.filter(event => event.what === 'request' && counts(event)),
      event => carries(event).find(id => requests.has(id)) ?? '',
    )
    messages.delete('')
    return { requests, messages, refused: wire.filter(({ what }) => what === 'refused') }
  },
)

function tooMany(
  messages: Messages,
  attempts: ReadonlyMap<string, number>,
  atMost: number,
): readonly Violation[] {
  return [...attempts].flatMap(([id, count]) => {
    const last = messages.get(id)?.at(-1)
    if (count <= atMost || !last) return []
    const entries = (messages.get(id) ?? []).map(each => each.index)
    return [{ kind: 'tooOften', what: `${id} was sent ${count} times`, entries, atMs: last.atMs }]
  })
}

function overBudget(
  messages: Messages,
  attempts: ReadonlyMap<string, number>,
  refused: readonly WireEntry[],
  average: number,
): readonly Violation[] {
  const retried = [...messages].flatMap(([id, each]) => ((attempts.get(id) ?? 0) > 1 ? each : []))
  const all = [...retried, ...refused].toSorted((a, b) => b.atMs - a.atMs)
  const what = `${average} attempts per request: ${retried.length} messages of requests sent more than once, ${refused.length} refused connects`
  return [
    { kind: 'overBudget', what, entries: all.map(each => each.index), atMs: all[0]?.atMs ?? 0 },
  ]
}

/** Attempts per request of those that a link saw, for each link. */
function averagesOf(
  messages: Messages,
  requests: Requests,
  refused: readonly WireEntry[],
  perAttempt: number,
): ReadonlyMap<string, number> {
  const counts = new Map<string, Map<string, number>>()
  for (const { link } of refused) counts.set(link, new Map())
  for (const [id, ofId] of messages) {
    for (const { link } of ofId) {
      const ofLink = counts.get(link) ?? new Map<string, number>()
      counts.set(link, ofLink)
      ofLink.set(id, (ofLink.get(id) ?? 0) + 1)
    }
  }
  return new Map(
    [...counts].map(([link, ofLink]) => {
      const here = refused.filter(one => one.link === link)
      const attempts = [...ofLink.values()].map(count => Math.ceil(count / perAttempt))
      const total = attempts.reduce((sum, count) => sum + count, here.length)
      const asked = new Set([...ofLink.keys(), ...underWayAt(requests, here)]).size
      return [link, asked > 0 ? Math.round((100 * total) / asked) / 100 : 0]
    }),
  )
}

/** Which requests were under way between the first connect that was refused and the last. */
function underWayAt(requests: Requests, refused: readonly WireEntry[]): readonly string[] {
  if (refused.length === 0) return []
  const times = refused.map(atOf)
  const [fromMs, toMs] = [Math.min(...times), Math.max(...times)]
  const overlap = ({ intendedMs, answer }: Performed) =>
    intendedMs <= toMs && (answer?.atMs ?? Number.POSITIVE_INFINITY) >= fromMs
  return [...requests].flatMap(([id, operations]) => (operations.some(overlap) ? [id] : []))
}

function stormOfRefused(requests: Requests, refused: readonly WireEntry[], atMost: number) {
  const count = underWayAt(requests, refused).length
  const last = refused.at(-1)
  if (!last || count === 0 || refused.length <= atMost * count) return []
  const what = `${refused.length} connects were refused while ${count} requests were made`
  const entries = refused.map(each => each.index)
  return [{ kind: 'refusedTooOften', what, entries, atMs: last.atMs }]
}
