import type { Journal, WireEvent } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { firstThat, told, withMore } from '../shared/falsify.ts'
import { type Named, nameOf, type Performed, trafficOf } from '../shared/history.ts'
import { endedBefore, faultWindow, isCalm } from '../shared/strikes.ts'
import { answeredBy } from './exchanges.ts'
import { atOf, idsIn, type Links, type WireEntry, wireEndOf, wireOf } from './wire-events.ts'

export interface LateWorkOptions {
  /** How long each caller waits, from when it asks. */
  readonly deadlineMs: number
  /** So much later work may still end: until what is under way was told to stop. */
  readonly slackMs: number
  /** The id the wire shows for an operation; default its key. */
  readonly correlate?: (operation: Performed) => string | undefined
  /** Ids a message may carry; default its trace, its key, and its key behind the last colon. */
  readonly carries?: (event: WireEvent) => readonly string[]
  /** Links to watch; default all. */
  readonly links?: Links
}

/** Fewer operations that take this share of their deadline show nothing. */
const leastPressed = 5
const pressed = 0.5

/**
 * Nobody works for a caller who has gone: from the first fault on, no message of a request is sent
 * after its deadline, and what was sent before is over by then, answered or given up; requests in
 * flight when it struck count. (Before it, the steady-state hypotheses judge.) Unknown when fewer than
 * 5 of them took half of their time, unless the run had no faults.
 */
export function noLateWork(workload: Named, options: LateWorkOptions): Checker {
  return {
    name: `no work for callers of ${workload.name} who have gone after ${options.deadlineMs} ms`,
    timed: true,
    subscribes: options.links ?? (() => true),
    check: journal => judge(journal, workload, options),
    lies: liesOf(workload, options),
  }
}

/** A message that was sent for an operation, and when it was answered or its connection closed. */
interface Work {
  readonly each: Performed
  readonly request: WireEntry
  readonly end: WireEntry | undefined
}

function judge(journal: Journal, workload: Named, options: LateWorkOptions): Finding {
  const works = worksIn(journal, workload, options)
  const slow = new Set(
    works.filter(({ each }) => isPressed(each, options)).map(({ each }) => each.op),
  )
  const violations = works.flatMap((work): readonly Violation[] => {
    const { each, request, end } = work
    const untilMs = overAt(each, options)
    const [entry, what] =
      atOf(request) > untilMs ? [request, 'was still being sent'] : [end, 'was still at work']
    if (!entry || atOf(entry) <= untilMs) return []
    const lateMs = Math.round(atOf(entry) - each.invokedMs)
    const kind = entry === request ? 'sentLate' : 'endedLate'
    const said = `${nameOf(each)} ${what} ${lateMs} ms after its caller had asked`
    return [{ kind, what: said, entries: [each.invokeIndex, entry.index], atMs: entry.atMs }]
  })
  return conclude({
    journal,
    violations,
    figures: { messages: works.length, pressed: slow.size, deadlineMs: options.deadlineMs },
    unseen: [
      ...(isCalm(journal)
        ? []
        : tooFew('Requests at the wire that took half of their time', slow.size, leastPressed)),
      ...gapsIn(journal, options.links ?? (() => true)),
    ],
    story: `${works.length} messages were over in time; ${slow.size} requests were pressed for it.`,
  })
}

const overAt = ({ invokedMs }: Performed, { deadlineMs, slackMs }: LateWorkOptions) =>
  invokedMs + deadlineMs + slackMs

function isPressed({ answer, invokedMs }: Performed, { deadlineMs }: LateWorkOptions): boolean {
  return answer === undefined || answer.atMs - invokedMs >= pressed * deadlineMs
}

function worksIn(journal: Journal, workload: Named, options: LateWorkOptions): readonly Work[] {
  const { correlate = ({ key }) => key, carries = idsIn, links } = options
  const fromMs = faultWindow(journal)?.fromMs ?? Number.POSITIVE_INFINITY
  const judged = trafficOf(journal, workload).filter(each => !endedBefore(each, fromMs))
  const byId = new Map(judged.map(each => [correlate(each), each]))
  const open = new Map<string, WireEntry[]>()
  const ends = new Map<WireEntry, WireEntry>()
  const requests: WireEntry[] = []
  for (const entry of wireOf(journal, links)) {
    const connection = `${entry.link} ${entry.connection}`
    const waiting = open.get(connection) ?? []
    open.set(connection, waiting)
    if (entry.what === 'request') {
      waiting.push(entry)
      requests.push(entry)
    } else if (entry.what === 'response') {
      const answered = answeredBy(entry, waiting)
      if (answered) ends.set(answered, entry)
    } else if (entry.what === 'close') {
      for (const left of waiting.splice(0)) ends.set(left, entry)
    }
  }
  return requests.flatMap(request => {
    const each = carries(request).flatMap(id => byId.get(id) ?? [])[0]
    return each ? [{ each, request, end: ends.get(request) }] : []
  })
}

function liesOf(workload: Named, options: LateWorkOptions): readonly Lie[] {
  const lie = (
    name: string,
    waysOf: (work: Work, lateMs: number) => readonly WireEntry[],
  ): Lie => ({
    name,
    found: 'invalid',
    tell: (journal, random) => {
      const endMs = wireEndOf(journal)
      return firstThat(random, worksIn(journal, workload, options), work => {
        const lateMs = overAt(work.each, options) + 1
        // What comes once traffic is over is nobody's work.
        if (lateMs >= endMs) return undefined
        const more = waysOf(work, lateMs)
        return told(withMore(journal, more), [work.request.index, work.each.invokeIndex])
      })
    },
  })
  const on = (entry: WireEntry, atMs: number): WireEntry => ({
    ...entry,
    ...{ atMs, connection: entry.connection + 1_000_000 },
    ...(entry.sourceAtMs !== undefined && { sourceAtMs: atMs }),
  })
  return [
    lie('sends one message more for a caller who has just gone', ({ request }, lateMs) => [
      on(request, lateMs),
    ]),
    lie('is at work for one caller until just after it has gone', ({ request }, lateMs) => [
      on(request, atOf(request)),
      { ...on(request, lateMs), what: 'response' },
    ]),
  ]
}
