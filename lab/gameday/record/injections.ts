import type { CrewAct } from '../../journal/crew.ts'
import type { Role } from '../../journal/crew-words.ts'
import type { Entry } from '../../journal/journal.ts'
import type { Injected } from './injected.ts'

type Fault = Extract<Entry, { readonly kind: 'fault' }>
type Act = Extract<CrewAct, { did: 'injected' | 'extended' | 'healed' }>

interface Who {
  readonly by: string
  readonly role: Role | 'console'
  readonly atMs: number
}

/** All injections of a day, from what people did and what the injector recorded. */
export class Injections {
  readonly all = new Map<number, Injected>()

  takeAct(act: Act, { by, role, atMs }: Who): void {
    if (act.did === 'injected') {
      const { did: _, ...injected } = act
      this.all.set(act.strike, {
        ...injected,
        by,
        role,
        askedMs: atMs,
        state: 'being made',
        touches: [],
      })
    } else if (act.did === 'extended') {
      this.#change(act.strike, () => ({ leaseUntilMs: atMs + act.leaseMs }))
    } else {
      this.#change(act.strike, before => ({
        healedWhy: act.why,
        ...(act.why === 'killed' && { state: 'over' as const, healedMs: before.healedMs ?? atMs }),
      }))
    }
  }

  takeFault({ id, step, touches, atMs, landed, landedOn, error }: Fault): void {
    this.#change(id, before => {
      if (step === 'planned') return { touches }
      if (step === 'applied') {
        const { leaseMs } = before
        const lease = leaseMs === undefined ? {} : { leaseUntilMs: atMs + leaseMs }
        return { state: 'in force', appliedMs: atMs, ...lease }
      }
      if (step === 'landed') {
        const first = (landed ?? 0) > 0 && before.firstLandedMs === undefined
        return {
          landed: landed ?? 0,
          ...(landedOn && { landedOn }),
          ...(first && { firstLandedMs: atMs }),
        }
      }
      if (error !== undefined) return { state: 'failed', error }
      // Healed before it was in force: it was never made.
      const state = before.appliedMs === undefined ? 'failed' : 'over'
      return { state, healedMs: atMs }
    })
  }

  #change(strike: number, change: (before: Injected) => Partial<Injected>): void {
    const before = this.all.get(strike)
    if (before) this.all.set(strike, { ...before, ...change(before) })
  }
}
