import { z } from 'zod'
import type { Entry, Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Witness } from '../../model/checker.ts'
import { isCalm, ofKind } from '../shared/history.ts'

export interface BreakerOptions {
  /** The breaker's name in `service` events `breaker {name, state}`. */
  readonly name: string
  /** Whether a link carries what this instance's breaker guards. */
  readonly guards: (instance: string, link: string) => boolean
  /** Requests that may pass while half open; default 1. */
  readonly probes?: number
  /** Requests this soon after opening were under way already; default 50 ms. */
  readonly graceMs?: number
}

const change = z.object({ name: z.string(), state: z.enum(['open', 'half-open', 'closed']) })
type State = z.infer<typeof change>['state']

interface Automaton {
  state: State
  sinceMs: number
  sinceIndex: number
  passed: number
  opened: number
}

const allowed: Readonly<Record<State, readonly State[]>> = {
  closed: ['open'],
  open: ['half-open'],
  'half-open': ['open', 'closed'],
}

/**
 * A circuit breaker, watched as an automaton: closed → open → half open → open or closed. While it
 * is open no request of its instance is seen on the wires it guards; while it is half open no more
 * than the probes; in the end it is closed again. Unknown when it never opened, unless the run had
 * no faults.
 */
export function breaker(options: BreakerOptions): Checker {
  return {
    name: `breaker ${options.name} keeps its word`,
    subscribes: () => true,
    check: journal => judge(journal, options),
  }
}

function judge(journal: Journal, options: BreakerOptions): Finding {
  const automata = new Map<string, Automaton>()
  const offences: Witness[] = []
  for (const entry of inTime(journal)) {
    if (entry.kind === 'service') offences.push(...switched(entry, automata, options))
    else offences.push(...requested(entry, automata, options))
  }
  for (const [instance, { state, sinceMs, sinceIndex }] of automata) {
    if (state === 'closed') continue
    const what = `the breaker of ${instance} is ${state} in the end`
    offences.push({ what, entries: [sinceIndex], atMs: sinceMs })
  }
  const opened = [...automata.values()].reduce((sum, each) => sum + each.opened, 0)
  const figures = { breakers: automata.size, opened, offences: offences.length }
  const [first] = offences
  if (first) {
    const story = `${offences.length} times ${options.name} broke its word, such as: ${first.what}.`
    return { word: 'invalid', story, figures, witness: first }
  }
  if (opened === 0 && isCalm(journal)) {
    return { word: 'valid', story: `${options.name} stayed closed in calm weather.`, figures }
  }
  if (opened === 0) return { word: 'unknown', story: `${options.name} never opened.`, figures }
  const story = `${options.name} opened ${opened} times, let nothing pass, and closed again.`
  return { word: 'valid', story, figures }
}

type Watched = Extract<Entry, { readonly kind: 'service' | 'wire' }>

/** In the sources' own time where they tell it: the order of arrival proves nothing. */
function inTime(journal: Journal): readonly Watched[] {
  const requests = ofKind(journal, 'wire').filter(each => each.what === 'request')
  return [...ofKind(journal, 'service'), ...requests].toSorted((a, b) => at(a) - at(b))
}

const at = (entry: Entry) => entry.sourceAtMs ?? entry.atMs

function switched(
  entry: Extract<Watched, { readonly kind: 'service' }>,
  automata: Map<string, Automaton>,
  options: BreakerOptions,
): readonly Witness[] {
  const parsed = entry.event === 'breaker' ? change.safeParse(entry.detail) : undefined
  if (parsed?.data?.name !== options.name) return []
  const { state } = parsed.data
  const known = automata.get(entry.instance)
  const before = known?.state ?? 'closed'
  const opened = (known?.opened ?? 0) + (state === 'open' ? 1 : 0)
  const since = { sinceMs: at(entry), sinceIndex: entry.index }
  automata.set(entry.instance, { state, ...since, passed: 0, opened })
  if (before === state || allowed[before].includes(state)) return []
  const what = `${entry.instance} went from ${before} to ${state}`
  return [{ what, entries: [known?.sinceIndex ?? entry.index, entry.index], atMs: at(entry) }]
}

function requested(
  entry: Extract<Watched, { readonly kind: 'wire' }>,
  automata: ReadonlyMap<string, Automaton>,
  options: BreakerOptions,
): readonly Witness[] {
  return [...automata].flatMap(([instance, automaton]): readonly Witness[] => {
    if (!options.guards(instance, entry.link) || automaton.state === 'closed') return []
    if (at(entry) - automaton.sinceMs < (options.graceMs ?? 50)) return []
    automaton.passed++
    const may = automaton.state === 'half-open' ? (options.probes ?? 1) : 0
    if (automaton.passed <= may) return []
    const { state } = automaton
    const what = `${instance} sent a request on ${entry.link} while its breaker was ${state}`
    return [{ what, entries: [automaton.sinceIndex, entry.index], atMs: at(entry) }]
  })
}
