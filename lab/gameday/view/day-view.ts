import type { Role } from '../../journal/crew-words.ts'
import type { Fired, Pending } from '../record/alerts.ts'
import type {
  Card,
  DayState,
  Held,
  Look,
  Note,
  Noticed,
  Opened,
  PlanItem,
  ProcessNow,
  Ran,
  Stop,
} from '../record/day-state.ts'
import type { Injected } from '../record/injected.ts'
import { type Mark, marksOf } from './marks.ts'

const shownNotes = 200
const shownInjections = 200

/** All that a page shows of a day but its plots. */
export interface DayView {
  readonly role: Role
  /** The faults are kept from this person. */
  readonly blind: boolean
  readonly opened: Opened | undefined
  readonly closedMs: number | undefined
  readonly people: readonly { readonly name: string; readonly role: Role }[]
  readonly links: readonly string[]
  readonly description: Readonly<Record<string, string>>
  readonly stop: Stop | undefined
  readonly injections: readonly Injected[]
  readonly cards: readonly Card[]
  readonly notes: readonly Note[]
  readonly noteCount: number
  readonly noticed: readonly Noticed[]
  readonly plan: readonly PlanItem[]
  readonly look: Look | undefined
  readonly ran: readonly Ran[]
  readonly paces: Readonly<Record<string, number>>
  readonly steady: Readonly<Record<string, Held>>
  readonly processes: Readonly<Record<string, ProcessNow>>
  readonly errors: readonly { readonly atMs: number; readonly message: string }[]
  /** Undefined where no monitoring system evaluates any. */
  readonly alerts: AlertsNow | undefined
  readonly marks: readonly Mark[]
}

export interface AlertsNow {
  /** The monitoring system says nothing any longer. */
  readonly silent: boolean
  readonly firing: readonly Fired[]
  readonly pending: readonly Pending[]
  /** The latest ones that are over. */
  readonly resolved: readonly Fired[]
}

const silentAfterMs = 5_000

/**
 * What this role may know. A responder sees what is measured and what responders say; of the faults,
 * and of all who know them, nothing before the day is closed.
 */
export function dayView(state: DayState, role: Role): DayView {
  const whole = wholeView(state, role)
  return role === 'responder' && state.closedMs === undefined ? blinded(whole) : whole
}

function wholeView(state: DayState, role: Role): DayView {
  return {
    role,
    blind: false,
    opened: state.opened,
    closedMs: state.closedMs,
    people: [...state.people].map(([name, role]) => ({ name, role })),
    links: state.links,
    description: state.description,
    stop: state.stops.at(-1),
    injections: [...state.injections.values()].slice(-shownInjections),
    cards: state.cards.slice(-20),
    notes: state.notes.slice(-shownNotes),
    noteCount: state.notes.length,
    noticed: state.noticed.slice(-shownNotes),
    plan: [...state.plan.values()],
    look: state.looks.at(-1),
    ran: state.ran.slice(-50),
    paces: Object.fromEntries(state.paces),
    steady: Object.fromEntries(state.steady),
    processes: Object.fromEntries(state.processes),
    errors: state.errors.slice(-20),
    alerts: alertsNow(state),
    marks: marksOf(state),
  }
}

function alertsNow({ alerts, atMs }: DayState): AlertsNow | undefined {
  const { lookedMs, fired, pending } = alerts
  if (lookedMs === undefined) return undefined
  return {
    silent: atMs - lookedMs > silentAfterMs,
    firing: fired.filter(({ resolvedMs }) => resolvedMs === undefined),
    pending,
    resolved: fired.filter(({ resolvedMs }) => resolvedMs !== undefined).slice(-10),
  }
}

function blinded(view: DayView): DayView {
  const { stop } = view
  const ours = <One extends { readonly role: string }>(all: readonly One[]) =>
    all.filter(({ role }) => role === 'responder')
  const { opened } = view
  return {
    ...view,
    blind: true,
    opened: opened && withoutFaults(opened),
    stop: stop && blindStop(stop),
    injections: [],
    cards: [],
    notes: ours(view.notes),
    noteCount: ours(view.notes).length,
    noticed: ours(view.noticed),
    plan: [],
    look: undefined,
    ran: [],
    errors: [],
    processes: Object.fromEntries(
      Object.entries(view.processes).map(([name, now]) => [name, { ...now, asked: false }]),
    ),
    marks: view.marks.filter(({ open }) => open),
  }
}

function withoutFaults(opened: Opened): Opened {
  const { panels, ...rest } = opened
  return panels ? { ...rest, panels: panels.filter(({ tellsFaults }) => !tellsFaults) } : opened
}

/** That it was stopped everybody knows; what was healed, and why, is kept. */
function blindStop({ by, role, atMs, via, proof, released }: Stop): Stop {
  return {
    ...{ by, role, atMs, via },
    reason: '',
    ...(proof && { proof: { ...proof, left: proof.left.map(() => 'something') } }),
    ...(released && { released: { ...released, reason: '' } }),
  }
}
