import type { CrewAct, Expectation } from '../../journal/crew.ts'
import type { NoteType, Role } from '../../journal/crew-words.ts'
import type { Entry } from '../../journal/journal.ts'
import { Alerts } from './alerts.ts'
import type { Injected } from './injected.ts'
import { Injections } from './injections.ts'

export interface Signed {
  readonly by: string
  readonly role: Role | 'console'
  readonly atMs: number
}

export interface Card extends Signed {
  readonly card: string
  readonly expectation: Expectation
  readonly seal: string
}

export interface Note extends Signed {
  readonly note: string
  readonly type: NoteType
  readonly text: string
  readonly owner?: string
  readonly due?: string
}

export interface Noticed extends Signed {
  readonly believes: string
}

export interface PlanItem extends Signed {
  readonly plan: string
  readonly title: string
  readonly experiment?: string
  readonly fault?: Extract<CrewAct, { did: 'planned' }>['fault']
  readonly state: 'planned' | 'running' | 'done' | 'dropped'
  readonly found?: string
}

export interface Proof {
  readonly tookMs: number
  readonly healed: number
  readonly looked: readonly string[]
  readonly left: readonly string[]
}

export interface Stop extends Signed {
  readonly via: 'page' | 'terminal' | 'file' | 'signal'
  readonly reason: string
  readonly proof?: Proof
  readonly released?: Signed & { readonly reason: string }
}

export interface Look extends Signed {
  readonly normal: boolean
  readonly findings: Extract<CrewAct, { did: 'looked' }>['findings']
}

export interface Held {
  readonly held: boolean
  readonly value: string
  readonly expected: string
  readonly tooFew: boolean
  readonly sinceMs: number
}

export interface ProcessNow {
  readonly step: 'spawned' | 'ready' | 'paused' | 'resumed' | 'exited'
  readonly asked: boolean
  readonly atMs: number
  /** It says when it is ready: it has done so before. */
  readonly tells: boolean
}

export type Opened = Extract<CrewAct, { did: 'opened' }>
export type Ran = Signed & Omit<Extract<CrewAct, { did: 'ran' }>, 'did'>

/**
 * A game day as its journal tells it, kept up to date entry by entry: live, after a restart, in a
 * replay and for the report it is made by the same code of the same entries.
 */
export class DayState {
  opened: Opened | undefined
  links: readonly string[] = []
  description: Readonly<Record<string, string>> = {}
  atMs = 0
  closedMs: number | undefined
  readonly people = new Map<string, Role>()
  readonly cards: Card[] = []
  readonly notes: Note[] = []
  readonly noticed: Noticed[] = []
  readonly plan = new Map<string, PlanItem>()
  readonly stops: Stop[] = []
  readonly looks: Look[] = []
  readonly ran: Ran[] = []
  readonly resumed: { readonly atMs: number; readonly downMs: number }[] = []
  readonly errors: { readonly atMs: number; readonly message: string }[] = []
  readonly refused: (Signed & { readonly what: string; readonly why: readonly string[] })[] = []
  readonly paces = new Map<string, number>()
  readonly steady = new Map<string, Held>()
  readonly processes = new Map<string, ProcessNow>()
  readonly saved: (Signed & { readonly strike: number; readonly file: string })[] = []
  readonly alerts = new Alerts()
  readonly #injections = new Injections()

  get injections(): ReadonlyMap<number, Injected> {
    return this.#injections.all
  }

  /** The last stop, while it is not released: nothing can be injected. */
  get blocking(): Stop | undefined {
    const last = this.stops.at(-1)
    return last && !last.released ? last : undefined
  }

  get inForce(): readonly Injected[] {
    return [...this.injections.values()].filter(each => each.state === 'in force')
  }

  take(entry: Entry): void {
    this.atMs = Math.max(this.atMs, entry.atMs)
    if (entry.kind === 'crew') this.#did(entry.act, signed(entry), entry)
    if (entry.kind === 'fault') this.#injections.takeFault(entry)
    if (entry.kind === 'system') {
      this.links = entry.links
      this.description = entry.description
    }
    if (entry.kind === 'error') this.errors.push({ atMs: entry.atMs, message: entry.message })
    if (entry.kind === 'process') {
      const { process, step, asked, atMs } = entry
      const tells = step === 'ready' || this.processes.get(process)?.tells === true
      this.processes.set(process, { step, asked, atMs, tells })
    }
    if (entry.kind === 'probe') this.#probed(entry)
    if (entry.kind === 'alerts') this.alerts.take(entry)
  }

  #probed({ hypothesis, held, value, expected, tooFew, atMs }: Extract<Entry, { kind: 'probe' }>) {
    const before = this.steady.get(hypothesis)
    const sinceMs = before?.held === held ? before.sinceMs : atMs
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    this.steady.set(hypothesis, { held, value: text, expected, tooFew: tooFew === true, sinceMs })
  }

  #did(act: CrewAct, who: Signed, entry: Entry): void {
    switch (act.did) {
      case 'opened':
        this.opened = act
        return
      case 'resumed':
        this.resumed.push({ atMs: entry.atMs, downMs: act.downMs })
        // What ran before the lab was killed was ended by the guardian.
        this.processes.clear()
        this.steady.clear()
        this.alerts.forget(entry.atMs)
        return
      case 'joined':
        if (who.role !== 'console') this.people.set(who.by, who.role)
        return
      case 'expected':
        this.cards.push({ ...who, card: act.card, expectation: act.expectation, seal: act.seal })
        return
      case 'noted': {
        const { did: _, ...note } = act
        this.notes.push({ ...who, ...note })
        return
      }
      case 'noticed':
        this.noticed.push({ ...who, believes: act.believes })
        return
      case 'injected':
      case 'extended':
      case 'healed':
        this.#injections.takeAct(act, who)
        return
      case 'refused':
        this.refused.push({ ...who, what: act.what, why: act.why })
        return
      case 'stopped':
        this.stops.push({ ...who, via: act.via, reason: act.reason })
        return
      case 'proved':
        this.#lastStop(stop => ({ ...stop, proof: act }))
        return
      case 'released':
        this.#lastStop(stop => ({ ...stop, released: { ...who, reason: act.reason } }))
        return
      case 'paced':
        this.paces.set(act.workload, act.factor)
        return
      case 'planned': {
        const { did: _, ...item } = act
        this.plan.set(act.plan, { ...who, ...item, state: 'planned' })
        return
      }
      case 'moved': {
        const { did: _, ...moved } = act
        const item = this.plan.get(act.plan)
        if (item) this.plan.set(act.plan, { ...item, ...moved })
        return
      }
      case 'ran': {
        const { did: _, ...ran } = act
        this.ran.push({ ...who, ...ran })
        return
      }
      case 'saved':
        this.saved.push({ ...who, strike: act.strike, file: act.file })
        return
      case 'looked':
        this.looks.push({ ...who, normal: act.normal, findings: act.findings })
        return
      case 'closed':
        this.closedMs = entry.atMs
        return
      case 'rotated':
        return
    }
  }

  #lastStop(change: (stop: Stop) => Stop): void {
    const last = this.stops.pop()
    if (last) this.stops.push(change(last))
  }
}

function signed({ by, role, atMs }: Extract<Entry, { kind: 'crew' }>): Signed {
  return { by, role, atMs }
}
