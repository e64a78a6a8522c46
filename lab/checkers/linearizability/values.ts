import type { Call } from './calls.ts'

/** A state by name, and how many calls that have not yet taken effect it is about. */
export interface Value {
  /** Those that can happen in no other state. */
  needers: number
  /** Those of them that did happen. */
  must: number
  /** Those that leave it. */
  makers: number
}

/** What is ahead: which states will still be needed, and which can still come about. */
export class Values {
  readonly #values = new Map<string, Value>()
  /** Each call that changes the state tells which state it leaves. */
  readonly isMade: boolean
  /** And each that tells something tells in which state it can happen. */
  readonly isClear: boolean

  constructor(calls: readonly Call[]) {
    for (const call of calls) this.add(call)
    this.isMade = calls.every(({ effect }) => !effect.changes || effect.makes !== undefined)
    this.isClear = this.isMade && calls.every(({ effect }) => !effect.tells || 'needs' in effect)
  }

  /** It has not taken effect. */
  add(call: Call): void {
    this.#count(call, 1)
  }

  /** It has. */
  remove(call: Call): void {
    this.#count(call, -1)
  }

  of(state: string): Value {
    return this.#values.get(state) ?? none
  }

  /** A state in which something must happen, and which never comes again. */
  isLost(state: string): boolean {
    const { must, makers } = this.of(state)
    return this.isMade && must > 0 && makers === 0
  }

  #count({ effect, until }: Call, by: number): void {
    if (effect.needs !== undefined) {
      const value = this.#valueOf(effect.needs)
      value.needers += by
      if (Number.isFinite(until)) value.must += by
    }
    if (effect.makes !== undefined) this.#valueOf(effect.makes).makers += by
  }

  #valueOf(state: string): Value {
    const value = this.#values.get(state) ?? { needers: 0, must: 0, makers: 0 }
    this.#values.set(state, value)
    return value
  }
}

const none: Value = { needers: 0, must: 0, makers: 0 }
