import type { Journal, WireEvent } from '../../journal/journal.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import {
  faultWindow,
  history,
  type Named,
  ofKind,
  type Performed,
  within,
} from '../shared/history.ts'

export interface AttemptOptions {
  /** The most attempts any one logical request may make. */
  readonly atMost: number
  /** The most attempts per request over all of them: a budget, as in `1.2`. */
  readonly onAverageAtMost?: number
  /**
   * The id the wire shows for this operation; default its key. Undefined: it never reaches a wire.
   */
  readonly correlate?: (operation: Performed) => string | undefined
  /** Ids a message may carry; default its trace, its key, and its key behind the last colon. */
  readonly carries?: (event: WireEvent) => readonly string[]
  /** Links to watch; default all. */
  readonly links?: (link: { readonly name: string }) => boolean
  /** Messages to count; default all that carry an id. */
  readonly counts?: (event: WireEvent) => boolean
}

type Attempts = readonly { readonly index: number; readonly atMs: number }[]

/**
 * How often each logical request was really sent, counted at the proxies. A request that needs
 * several kinds of message (`BEGIN`, `COMMIT`) is counted by the kind that was sent most. Connects
 * carry no id and are counted apart. Unknown when no message during the fault could be correlated.
 */
export function attemptsPerRequest(workload: Named, options: AttemptOptions): Checker {
  return {
    name: `attempts per request of ${workload.name}: at most ${options.atMost}`,
    subscribes: options.links ?? (() => true),
    check: journal => judge(journal, workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: AttemptOptions): Finding {
  const requests = requestsOf(journal, workload, options)
  const attempts = attemptsOf(journal, requests, options)
  const window = faultWindow(journal)
  const during = [...attempts.values()]
    .flat()
    .filter(each => window && within(window, each.atMs)).length
  const counts = [...attempts.values()].map(each => each.length)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const average = attempts.size > 0 ? Math.round((100 * total) / attempts.size) / 100 : 0
  const figures = {
    requests: requests.size,
    seen: attempts.size,
    attempts: total,
    attemptsDuringFault: during,
    most: counts.reduce((most, count) => Math.max(most, count), 0),
    average,
    connects: connects(journal, options),
    atMost: options.atMost,
  }
  const over = [...attempts].filter(([, each]) => each.length > options.atMost)
  const worst = over.toSorted(([, a], [, b]) => b.length - a.length)[0]
  if (worst) return tooMany(worst, over.length, figures)
  const budget = options.onAverageAtMost ?? Number.POSITIVE_INFINITY
  if (average > budget) return overBudget([...attempts.values()], budget, figures)
  if (during === 0) {
    const story = 'No message at the wire during the fault could be told to belong to a request.'
    return { word: 'unknown', story, figures }
  }
  const story =
    `${total} attempts for ${attempts.size} requests seen at the wire: ` +
    `${average} on average, ${figures.most} at most (${options.atMost} allowed).`
  return { word: 'valid', story, figures }
}

function tooMany([id, attempts]: [string, Attempts], over: number, figures: { atMost: number }) {
  const story =
    `${over} requests were sent more than ${figures.atMost} times; ` +
    `the worst ${attempts.length} times.`
  const what = `${id} was sent ${attempts.length} times`
  return {
    word: 'invalid',
    story,
    figures: { ...figures },
    witness: { what, ...shown(attempts) },
  } as const
}

function overBudget(all: readonly Attempts[], budget: number, figures: { average: number }) {
  const retried = all.filter(each => each.length > 1).flat()
  const story = `${figures.average} attempts per request on average, ${budget} allowed.`
  const what = `${retried.length} attempts belong to requests that were sent more than once`
  return {
    word: 'invalid',
    story,
    figures: { ...figures },
    witness: { what, ...shown(retried) },
  } as const
}

function shown(attempts: Attempts) {
  return {
    entries: attempts.slice(0, 12).map(each => each.index),
    atMs: attempts.at(-1)?.atMs ?? 0,
  }
}

function requestsOf(journal: Journal, workload: Named, options: AttemptOptions) {
  const correlate = options.correlate ?? (operation => operation.key)
  const traffic = history(journal, workload).filter(each => each.phase !== 'final-reads')
  return new Set(traffic.map(correlate).filter(id => id !== undefined))
}

/** The attempts of each request: of its kinds of message, the one that was sent most. */
function attemptsOf(journal: Journal, requests: ReadonlySet<string>, options: AttemptOptions) {
  const carries = options.carries ?? idsIn
  const counts = options.counts ?? (() => true)
  const sent = new Map<string, Map<string, { index: number; atMs: number }[]>>()
  for (const event of watched(journal, options)) {
    if (event.what !== 'request' || !counts(event)) continue
    const id = carries(event).find(each => requests.has(each))
    if (id === undefined) continue
    const kinds = sent.get(id) ?? new Map<string, { index: number; atMs: number }[]>()
    const kind = event.message ?? ''
    kinds.set(kind, [...(kinds.get(kind) ?? []), { index: event.index, atMs: event.atMs }])
    sent.set(id, kinds)
  }
  const most = new Map<string, Attempts>()
  for (const [id, kinds] of sent) {
    most.set(
      id,
      [...kinds.values()].reduce((a, b) => (b.length > a.length ? b : a)),
    )
  }
  return most
}

function connects(journal: Journal, options: AttemptOptions): number {
  return watched(journal, options).filter(event => event.what === 'connect').length
}

function watched(journal: Journal, { links }: AttemptOptions) {
  return ofKind(journal, 'wire').filter(event => links?.({ name: event.link }) ?? true)
}

function idsIn({ trace, key }: WireEvent): readonly string[] {
  return [trace, key, key?.split(':').at(-1)].filter(id => id !== undefined)
}
