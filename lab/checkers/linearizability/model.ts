import type { Json } from '../../base/json.ts'

/** A sequential object: what operations one after the other would do. Its state is a text. */
export interface Model {
  readonly name: string
  /** What each object holds in the beginning. */
  readonly initial: string
  /** Each key is an object of its own; else all operations are on one. */
  readonly perKey: boolean
  /**
   * What an operation does, given its answer; undefined where the model does not know it, its input
   * or its answer. It is not asked for an operation that is known not to have happened.
   */
  effectOf(operation: Asked): Effect | undefined
}

export interface Asked {
  readonly f: string
  readonly input: Json
  /** Undefined: it may or may not have happened. */
  readonly answer: { readonly value: Json } | undefined
}

/** What one operation does to the state, and how it can be told from others. */
export interface Effect {
  /** Of two effects with the same name each does what the other does. */
  readonly name: string
  /** The state after it; undefined where it cannot have happened in this state. */
  readonly step: (state: string) => string | undefined
  /** Its answer says something of the state that it found. */
  readonly tells: boolean
  readonly changes: boolean
  /** The one state in which it can happen. Given with `makes` wherever they hold, they spare search. */
  readonly needs?: string
  /** The state it leaves, whichever it found. */
  readonly makes?: string
}
