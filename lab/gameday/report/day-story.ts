import type { Entry } from '../../journal/journal.ts'
import type { Sample } from '../../journal/sample.ts'
import { type Card, DayState, type Noticed } from '../record/day-state.ts'
import type { Injected } from '../record/injected.ts'
import { alertSurprises, alertsWithin, type ToldAlert } from './told-alerts.ts'

/** What one sentence of the steady state did under an injection. */
export interface Effect {
  readonly sentence: string
  readonly state: 'held' | 'fell before' | 'fell' | 'fell and stayed' | 'not measured'
  /** Since the fault was in force. */
  readonly fellAfterMs?: number
  /** Since it was healed; negative where it came back by itself before. */
  readonly backAfterMs?: number
}

export interface InjectionStory {
  readonly injected: Injected
  readonly card: Card | undefined
  readonly effects: readonly Effect[]
  /** The first person who noticed, within the injection or soon after. */
  readonly noticed: Noticed | undefined
  /** Undefined where no monitoring system was asked. */
  readonly alerts: readonly ToldAlert[] | undefined
  readonly word: 'held' | 'broken' | 'inconclusive'
  /** Why it is inconclusive, and all else that nobody will have expected. */
  readonly surprises: readonly string[]
}

export interface DayStory {
  readonly state: DayState
  readonly samples: readonly Sample[]
  readonly injections: readonly InjectionStory[]
}

/** Effects are looked for so long after the heal, or until the next injection. */
export const afterwardsMs = 60_000

/** The story of a day, from its journal alone. */
export function tellDay(journal: Iterable<Entry>): DayStory {
  const state = new DayState()
  const samples: Sample[] = []
  for (const entry of journal) {
    state.take(entry)
    if (entry.kind === 'sample') samples.push(entry)
  }
  const all = [...state.injections.values()]
  const injections = all.map((injected, i) => {
    const next = all
      .slice(i + 1)
      .find(each => each.appliedMs !== undefined && each.step === undefined)
    return tellInjection(injected, next?.appliedMs ?? Number.POSITIVE_INFINITY, state, samples)
  })
  return { state, samples, injections }
}

function tellInjection(
  injected: Injected,
  nextMs: number,
  state: DayState,
  samples: readonly Sample[],
): InjectionStory {
  const card = state.cards.find(each => each.card === injected.card)
  const { appliedMs, healedMs = state.atMs } = injected
  if (appliedMs === undefined) {
    const surprises = [`it was never in force: ${injected.error ?? 'it could not be made'}`]
    return {
      ...{ injected, card, effects: [], noticed: undefined, alerts: undefined },
      ...{ word: 'inconclusive', surprises },
    }
  }
  const untilMs = Math.max(healedMs, Math.min(healedMs + afterwardsMs, nextMs))
  const window = { appliedMs, healedMs, untilMs }
  const effects = (state.opened?.steadyState ?? []).map(({ sentence }) =>
    effectOn(sentence, window, samples),
  )
  const alerts = state.alerts.watched ? alertsWithin(state.alerts, window) : undefined
  const noticed = state.noticed.find(({ atMs }) => atMs >= appliedMs && atMs <= untilMs)
  const doubts = doubtsOf(injected, card, effects)
  const broken = effects.some(each => each.state === 'fell and stayed')
  const word = broken ? 'broken' : doubts.length > 0 ? 'inconclusive' : 'held'
  return {
    injected,
    card,
    effects,
    noticed,
    alerts,
    word,
    surprises: [
      ...doubts,
      ...others(effects, noticed),
      ...(alerts ? alertSurprises(card, alerts) : []),
    ],
  }
}

interface Window {
  readonly appliedMs: number
  readonly healedMs: number
  readonly untilMs: number
}

function effectOn(
  sentence: string,
  { appliedMs, healedMs, untilMs }: Window,
  all: readonly Sample[],
): Effect {
  const before = all.findLast(({ atMs }) => atMs <= appliedMs)?.steady[sentence]
  const within = all.filter(({ atMs }) => atMs > appliedMs && atMs <= untilMs)
  const told = within.flatMap(({ atMs, steady }) => {
    const held = steady[sentence]
    return held === undefined ? [] : [{ atMs, held }]
  })
  if (told.length === 0 || before === undefined) return { sentence, state: 'not measured' }
  if (!before) return { sentence, state: 'fell before' }
  const fell = told.find(({ held }) => !held)
  if (!fell) return { sentence, state: 'held' }
  const fellAfterMs = fell.atMs - appliedMs
  const last = told.findLast(({ held }) => !held)
  const back = told.find(({ atMs, held }) => held && atMs > (last?.atMs ?? 0))
  if (!back) return { sentence, state: 'fell and stayed', fellAfterMs }
  return { sentence, state: 'fell', fellAfterMs, backAfterMs: back.atMs - healedMs }
}

function doubtsOf(
  injected: Injected,
  card: Card | undefined,
  effects: readonly Effect[],
): string[] {
  const unmeasured = effects.filter(
    ({ state }) => state === 'not measured' || state === 'fell before',
  )
  return [
    ...(card ? [] : ['nobody had said what to expect']),
    ...((injected.landed ?? 0) > 0 ? [] : ['it touched nothing']),
    ...(injected.state === 'failed' ? [`it could not be undone at once: ${injected.error}`] : []),
    ...unmeasured.map(({ sentence, state }) =>
      state === 'fell before'
        ? `"${sentence}" had fallen before it`
        : `"${sentence}" was not measured then`,
    ),
  ]
}

function others(effects: readonly Effect[], noticed: Noticed | undefined): string[] {
  const fell = effects.filter(({ fellAfterMs }) => fellAfterMs !== undefined)
  return [
    ...fell.map(({ sentence, state }) =>
      state === 'fell' ? `"${sentence}" fell` : `"${sentence}" fell and did not come back`,
    ),
    ...(fell.length > 0 && !noticed ? ['nobody noticed'] : []),
  ]
}
