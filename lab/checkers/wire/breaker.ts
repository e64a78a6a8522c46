import { z } from 'zod'
import type { Journal, WireEvent } from '../../journal/journal.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { ofKind } from '../shared/history.ts'
import { remembered } from '../shared/remembered.ts'
import { isCalm } from '../shared/strikes.ts'
import { breakerLies } from './breaker-lies.ts'
import { type Period, periodsOf } from './breaker-periods.ts'
import { atOf, type Links, type WireEntry, wireOf } from './wire-events.ts'

export interface BreakerOptions {
  /** The breaker's name in `service` events `breaker {name, state}`. */
  readonly name: string
  /** Whether this instance's breaker guards such a request: by its link, or also by its message. */
  readonly guards: (instance: string, request: WireEvent) => boolean
  /** Links to watch, of which the run then records each message; default all. */
  readonly links?: Links
  /** Whether this instance's breaker must open, if any does; default: each that guards a request. */
  readonly opens?: (instance: string) => boolean
  /** Requests that may pass while half open; default 1. */
  readonly probes?: number
  /** Requests this soon after opening were under way already; default 50 ms. */
  readonly graceMs?: number
  /** How far the service's own time may be from the proxy's; default 5 ms. */
  readonly skewMs?: number
  /** A breaker that opens stays open for so long at least; default 100 ms. */
  readonly openAtLeastMs?: number
  /** How often one instance's breaker may open in the run; default: any number of times. */
  readonly opensAtMost?: number
}

const change = z.object({ name: z.string(), state: z.enum(['open', 'half-open', 'closed']) })

/**
 * A circuit breaker, watched as an automaton in each instance by itself: closed → open → half open
 * → open or closed. Where one opens, all that guard a request do; each stays open for its time, lets
 * none pass meanwhile of those that it guards, while half open no more than the probes, and is closed
 * in the end. A process that ends takes its breaker's state with it. Unknown when none opened, unless
 * the run had no faults; when no request was seen that an instance's breaker guards; when an event or
 * a message could not be read.
 */
export function breaker(options: BreakerOptions): Checker {
  const { links = () => true } = options
  return {
    name: `breaker ${options.name} keeps its word`,
    subscribes: links,
    check: journal => judge(journal, options),
    lies: breakerLies(options, journal => observe(journal, options)),
  }
}

function judge(journal: Journal, options: BreakerOptions): Finding {
  const { instances, unparsed } = observe(journal, options)
  const opened = instances.reduce((sum, each) => sum + openings(each.periods).length, 0)
  const violations = instances.flatMap(instance => [
    ...ofStates(instance, options),
    ...instance.periods.flatMap(period => passed(instance, period, options)),
    ...(opened > 0 ? neverOpened(instance, options) : []),
  ])
  const guarded = new Set(instances.flatMap(({ requests }) => requests.map(({ link }) => link)))
  const watched = instances.filter(({ periods }) => periods.length > 0)
  const blind = watched.filter(({ requests }) => requests.length === 0).map(({ name }) => name)
  const calm = opened === 0 && isCalm(journal)
  const unseen = [
    ...(calm ? [] : tooFew(`Times that ${options.name} opened`, opened, 1)),
    ...(blind.length > 0
      ? [`No message was seen that the breaker of ${blind.join(', ')} guards`]
      : []),
    ...(unparsed > 0 ? [`${unparsed} breaker events could not be read`] : []),
    ...gapsIn(journal, ({ name }) => guarded.has(name)),
  ]
  const figures = { breakers: watched.length, opened, violations: violations.length }
  const story = calm
    ? `${options.name} stayed closed in a run without faults.`
    : `${options.name} opened ${opened} times, let nothing pass, and closed again.`
  return conclude({ journal, violations, figures, unseen, story })
}

export interface Instance {
  readonly name: string
  readonly periods: readonly Period[]
  /** Those it guards. */
  readonly requests: readonly WireEntry[]
}

/** Every instance the journal knows that guards a request or whose breaker said something. */
function observe(journal: Journal, options: BreakerOptions) {
  const events = ofKind(journal, 'service').filter(({ event }) => event === 'breaker')
  const parsed = events.map(entry => ({ entry, change: change.safeParse(entry.detail).data }))
  const own = parsed.flatMap(({ entry, change }) =>
    change?.name === options.name ? [{ entry, state: change.state }] : [],
  )
  const ends = ofKind(journal, 'process').filter(({ step }) => step === 'exited')
  const { links, guardedBy } = requestsIn(wireOf(journal, options.links), options)
  // A link is named consumer>provider: an instance that is silent is known by its links.
  const names = new Set([
    ...[...links].map(link => link.split('>')[0] ?? link),
    ...ofKind(journal, 'service').map(({ instance }) => instance),
    ...ofKind(journal, 'process').map(({ process }) => process),
  ])
  const instances = [...names].flatMap((name): readonly Instance[] => {
    const guarded = guardedBy(name)
    const changes = own.filter(({ entry }) => entry.instance === name)
    if (guarded.length === 0 && changes.length === 0) return []
    const periods = periodsOf(
      changes,
      ends.filter(({ process }) => process === name),
    )
    return [{ name, periods, requests: guarded }]
  })
  return { instances, unparsed: parsed.filter(({ change }) => !change).length }
}

const requestsIn = remembered((wire: readonly WireEntry[], options: BreakerOptions) => {
  const requests = wire.filter(({ what }) => what === 'request')
  const guarded = new Map<string, readonly WireEntry[]>()
  return {
    links: new Set(requests.map(({ link }) => link)),
    guardedBy: (name: string): readonly WireEntry[] => {
      const known = guarded.get(name) ?? requests.filter(one => options.guards(name, one))
      guarded.set(name, known)
      return known
    },
  }
})

const openings = (periods: readonly Period[]) => periods.filter(({ state }) => state === 'open')

function ofStates({ name, periods }: Instance, options: BreakerOptions): readonly Violation[] {
  const { openAtLeastMs = 100, opensAtMost = Number.POSITIVE_INFINITY } = options
  const over = openings(periods)[opensAtMost]
  const last = periods.at(-1)
  const stuck = last && last.state !== 'closed' && last.toMs === undefined ? last : undefined
  const at = (kind: string, { entry }: Period, what: string, more: readonly number[] = []) => {
    return { kind, what, entries: [entry.index, ...more], atMs: atOf(entry) }
  }
  return [
    ...periods.flatMap(period => {
      const { before, state, fromMs, toMs, end } = period
      const brief = state === 'open' && toMs !== undefined && toMs - fromMs < openAtLeastMs
      const lasted = Math.round((toMs ?? 0) - fromMs)
      return [
        ...(before === 'allowed'
          ? []
          : [at('wrongSteps', period, `${name} went from ${before} to ${state}`)]),
        ...(brief && end !== 'exited'
          ? [at('tooBrief', period, `the breaker of ${name} was open for only ${lasted} ms`)]
          : []),
      ]
    }),
    ...(over
      ? [at('tooOften', over, `the breaker of ${name} opened more than ${opensAtMost} times`)]
      : []),
    ...(stuck
      ? [at('leftOpen', stuck, `the breaker of ${name} is ${stuck.state} in the end`)]
      : []),
  ]
}

/**
 * Requests that were surely sent while the breaker was in this state, and beyond what it allows.
 */
function passed(instance: Instance, period: Period, options: BreakerOptions): readonly Violation[] {
  const { state, fromMs, toMs = Number.POSITIVE_INFINITY, entry } = period
  if (state === 'closed') return []
  const { probes = 1, graceMs = 50, skewMs = 5 } = options
  const surelyFromMs = fromMs + (state === 'open' ? graceMs : skewMs)
  const sure = instance.requests.filter(
    each => atOf(each) >= surelyFromMs && atOf(each) < toMs - skewMs,
  )
  return sure.slice(state === 'half-open' ? probes : 0).map(request => ({
    kind: 'passed',
    what: `${instance.name} sent a request on ${request.link} while its breaker was ${state}`,
    entries: [entry.index, request.index],
    atMs: atOf(request),
  }))
}

function neverOpened(
  { name, periods, requests }: Instance,
  { opens = () => true }: BreakerOptions,
): readonly Violation[] {
  const [first] = requests
  if (!first || openings(periods).length > 0 || !opens(name)) return []
  const what = `the breaker of ${name} never opened, though others did`
  return [
    { kind: 'neverOpened', what, entries: [first.index], atMs: atOf(requests.at(-1) ?? first) },
  ]
}
