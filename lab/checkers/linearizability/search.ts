import type { Call } from './calls.ts'
import { type CharSet, countOf, has, isSubset, withMember, withoutMember } from './char-set.ts'
import { canHide, hiddenBefore, isIdle, isUseful } from './hidden.ts'
import { type Node, reachOf, withSlots } from './nodes.ts'
import { Values } from './values.ts'

/** What the searches of one check have left to spend. */
export interface Budget {
  steps: number
  /** Failures that may be remembered. */
  memory: number
}

/** Where the search stands: who has taken effect of those that are open. */
interface Frame {
  /** How many answers have been accounted for. */
  readonly level: number
  readonly state: string
  /** Slots of answered ones. */
  readonly done: CharSet
  /** Groups of uncertain ones, each as often as one of it was used. */
  readonly used: CharSet
  /** How many calls had taken effect in all. */
  readonly effects: number
  /** Which candidate is tried next. */
  next: number
}

/**
 * Whether the calls can be put in an order that respects real time and the states. Just-in-time
 * linearization: it goes from answer to answer, and of the calls that are open at one lets those
 * take effect that must for it to be right, the answered one last. What fails is remembered by its
 * state and its open calls, so that memory grows with what went wrong and not with the history.
 *
 * Sound short cuts: an answer that only tells is accounted for as soon as it is right; of open calls
 * with the same effect the one answered first comes first; what fails with some uncertain calls used
 * fails with more; and where all states that are needed and left are known by name, a state that is
 * still needed is not left for good, and what nobody will need is overwritten as soon as possible.
 */
export class Search {
  readonly #initial: string
  /** In the order of their answers. */
  readonly #answered: readonly Node[]
  /** Those without one, by their effect, in the order of their beginnings. */
  readonly #uncertain: readonly (readonly Call[])[]
  /** By level: how many answered calls, from the first, one must look at to find all that are open. */
  readonly #reach: Int32Array
  readonly #width: number
  readonly #values: Values
  readonly #failed = new Map<string, CharSet[]>()
  readonly #frames: Frame[] = []
  /** Who took effect, in order. */
  readonly #effects: Call[] = []
  /** Undefined while it is not known. */
  verdict: boolean | undefined
  /** How many answers were accounted for at most. */
  deepest = 0
  /** With so many answers somebody has seen what nobody ever left; undefined where nobody has. */
  readonly impossibleBy: number | undefined

  constructor(initial: string, all: readonly Call[]) {
    this.#initial = initial
    this.#values = new Values(all)
    const calls = all.filter(call => isAnswered(call) || !isIdle(call, this.#values))
    const answered = calls.filter(isAnswered)
    this.#answered = withSlots(answered.toSorted((a, b) => a.until - b.until))
    const uncertain = calls.filter(call => !isAnswered(call)).toSorted((a, b) => a.from - b.from)
    this.#uncertain = [...Map.groupBy(uncertain, ({ effect }) => effect.name).values()]
    this.#reach = reachOf(this.#answered)
    const widest = this.#answered.reduce((most, { slot }) => Math.max(most, slot), 0)
    this.#width = Math.max(widest, this.#uncertain.length)
    const place = this.#answered.findIndex(({ call }) => this.#isImpossible(call))
    if (place >= 0) {
      this.impossibleBy = place + 1
      this.verdict = false
    }
  }

  /** More calls are open at once than its sets have room for: it will not find out. */
  get isTooWide(): boolean {
    return this.#width > 50_000
  }

  #isImpossible({ effect: { needs } }: Call): boolean {
    return needs !== undefined && needs !== this.#initial && this.#values.isLost(needs)
  }

  /** Goes on for some steps, out of the budget. */
  advance(steps: number, budget: Budget): void {
    if (this.#frames.length === 0 && this.verdict === undefined) {
      this.#enter({ level: 0, state: this.#initial, done: '', used: '' }, budget)
    }
    for (let i = 0; i < steps && budget.steps > 0 && this.verdict === undefined; i++) {
      budget.steps--
      this.#step(budget)
    }
  }

  #step(budget: Budget): void {
    const frame = this.#frames.at(-1)
    if (!frame) {
      this.verdict = false
      return
    }
    const answered = this.#answered[frame.level]
    if (!answered) {
      this.verdict = true
      return
    }
    if (has(frame.done, answered.slot)) {
      if (frame.next++ > 0) this.#fail(frame, budget)
      else this.#enter(this.#answerOf(answered, frame), budget)
      return
    }
    const end = (this.#reach[frame.level] ?? 0) - frame.level
    const next = frame.next++
    if (next < end) this.#tryAnswered(this.#answered[frame.level + next], frame, budget)
    else if (next < end + this.#uncertain.length) this.#tryUncertain(next - end, frame, budget)
    else this.#fail(frame, budget)
  }

  #answerOf({ slot }: Node, { level, state, done, used }: Frame) {
    return { level: level + 1, state, done: withoutMember(done, slot), used }
  }

  #tryAnswered(node: Node | undefined, frame: Frame, budget: Budget): void {
    const answered = this.#answered[frame.level]
    if (!node || !answered || node.call.from > answered.call.until) return
    if (has(frame.done, node.slot)) return
    if (node !== answered) {
      const { name } = node.call.effect
      const isTwin = ({ call }: Node) => call.effect.name === name
      if (!this.#isUseful(node.call, frame)) return
      if (this.#open(frame.level, frame.done).find(isTwin) !== node) return
    }
    budget.steps -= this.#costAt(frame.level)
    const state = node.call.effect.step(frame.state)
    if (state === undefined) return
    const done = withMember(this.#withHidden(node.call, frame), node.slot)
    this.#goOn(node.call, { level: frame.level, state, done, used: frame.used }, frame, budget)
  }

  #tryUncertain(group: number, frame: Frame, budget: Budget): void {
    const call = this.#nextOf(group, frame)
    if (!call || !this.#isUseful(call, frame)) return
    const { name } = call.effect
    if (this.#open(frame.level, frame.done).some(node => node.call.effect.name === name)) return
    const state = call.effect.step(frame.state)
    if (state === undefined) return
    const used = withMember(frame.used, group)
    const done = this.#withHidden(call, frame)
    this.#goOn(call, { level: frame.level, state, done, used }, frame, budget)
  }

  /** In steps: as many looks as there are calls that may be open. */
  #costAt(level: number): number {
    return 1 + (((this.#reach[level] ?? 0) - level) >> 2)
  }

  /** The first of a group that is open and was not used. */
  #nextOf(group: number, { level, used }: Frame): Call | undefined {
    const call = this.#uncertain[group]?.[countOf(used, group)]
    return call && call.from < (this.#answered[level]?.call.until ?? 0) ? call : undefined
  }

  #goOn(call: Call, to: Omit<Frame, 'next' | 'effects'>, from: Frame, budget: Budget): void {
    this.#takeEffect(call)
    if (to.state !== from.state && this.#values.isLost(from.state)) this.#undo(from.effects)
    else this.#enter(to, budget)
  }

  #enter(to: Omit<Frame, 'next' | 'effects'>, budget: Budget): void {
    const { level, state, used } = to
    const done = this.#withTold(to)
    const effects = this.#frames.at(-1)?.effects ?? 0
    const before = this.#failed.size === 0 ? undefined : this.#failed.get(keyOf(level, state, done))
    if (before?.some(each => isSubset(each, used))) {
      this.#undo(effects)
      return
    }
    budget.steps -= this.#costAt(level)
    this.deepest = Math.max(this.deepest, level)
    this.#frames.push({ level, state, done, used, effects: this.#effects.length, next: 0 })
  }

  /** It and what took effect since the frame below it. */
  #fail({ level, state, done, used }: Frame, budget: Budget): void {
    this.#frames.pop()
    this.#undo(this.#frames.at(-1)?.effects ?? 0)
    if (budget.memory <= 0) return
    budget.memory--
    const key = keyOf(level, state, done)
    const before = this.#failed.get(key) ?? []
    this.#failed.set(key, [...before.filter(each => !isSubset(used, each)), used])
  }

  /** Whoever only tells and is right takes effect at once. */
  #withTold({ level, state, done }: Omit<Frame, 'next' | 'effects'>): CharSet {
    let all = done
    for (const node of this.#open(level, all)) {
      const { effect } = node.call
      if (effect.changes || effect.step(state) === undefined) continue
      all = withMember(all, node.slot)
      this.#takeEffect(node.call)
    }
    return all
  }

  /** With those that take effect unseen right before this one. */
  #withHidden({ effect }: Call, { level, done }: Frame): CharSet {
    if (!canHide(effect, this.#values)) return done
    let all = done
    for (const node of hiddenBefore(effect, this.#open(level, done), this.#values)) {
      all = withMember(all, node.slot)
      this.#takeEffect(node.call)
    }
    return all
  }

  #isUseful({ effect }: Call, frame: Frame): boolean {
    return isUseful(effect, this.#values, () => [
      ...this.#open(frame.level, frame.done).map(({ call }) => call),
      ...this.#uncertain.flatMap((_, group) => this.#nextOf(group, frame) ?? []),
    ])
  }

  /** The answered calls that are open and have not taken effect, the next answer first. */
  #open(level: number, done: CharSet): Node[] {
    const open: Node[] = []
    const end = this.#answered[level]?.call.until ?? 0
    for (let i = level; i < (this.#reach[level] ?? 0); i++) {
      const node = this.#answered[i]
      if (node && node.call.from < end && !has(done, node.slot)) open.push(node)
    }
    return open
  }

  #takeEffect(call: Call): void {
    this.#effects.push(call)
    this.#values.remove(call)
  }

  #undo(effects: number): void {
    while (this.#effects.length > effects) {
      const call = this.#effects.pop()
      if (call) this.#values.add(call)
    }
  }
}

function isAnswered({ until }: Call): boolean {
  return Number.isFinite(until)
}

function keyOf(level: number, state: string, done: CharSet): string {
  return `${level} ${state} ${done}`
}
