import type { Json } from '../../base/json.ts'
import type { Random } from '../../base/random.ts'
import type { Model } from '../linearizability/model.ts'
import { keyValue } from '../linearizability/models/key-value.ts'
import { multiRegister } from '../linearizability/models/multi-register.ts'
import { mutex } from '../linearizability/models/mutex.ts'
import { bag, fifoQueue } from '../linearizability/models/queues.ts'
import { register } from '../linearizability/models/register.ts'
import { setOfValues } from '../linearizability/models/set.ts'

/** A simple object as a program would write it, to compare the models with. */
export interface SimpleObject {
  readonly model: Model
  readonly initial: Json
  ask(random: Random, op: number): { readonly f: string; readonly input: Json }
  /** The state after it and the answer; the state given is not changed. */
  perform(state: Json, f: string, input: Json): readonly [state: Json, answer: Json]
}

const value = (random: Random) => random.integer(1, 2)

export const objects: readonly SimpleObject[] = [
  {
    model: register(),
    initial: null,
    ask: random => {
      const f = random.pick(['read', 'read', 'write', 'cas'])
      if (f === 'cas') return { f, input: { expected: value(random), next: value(random) } }
      return { f, input: f === 'read' ? null : value(random) }
    },
    perform: (state, f, input) => {
      if (f === 'read') return [state, state]
      if (f === 'write') return [input, null]
      const { expected, next } = Object(input)
      return state === expected ? [next, true] : [state, false]
    },
  },
  {
    model: keyValue(),
    initial: null,
    ask: (random, op) => {
      const f = random.pick(['get', 'get', 'put', 'append', 'append', 'delete'])
      return { f, input: f === 'put' || f === 'append' ? `${op}` : null }
    },
    perform: (state, f, input) => {
      if (f === 'get') return [state, state]
      if (f === 'put') return [input, null]
      if (f === 'append') return [`${state ?? ''}${input}`, null]
      return [null, state !== null]
    },
  },
  {
    model: keyValue({ initial: 0 }),
    initial: 0,
    ask: random => {
      const f = random.pick(['get', 'increment'])
      return { f, input: f === 'get' ? null : value(random) }
    },
    perform: (state, f, input) => {
      const sum = Number(state) + Number(input)
      return f === 'get' ? [state, state] : [sum, sum]
    },
  },
  {
    model: multiRegister(),
    initial: {},
    ask: random => {
      const input = ['x', 'y'].map(key =>
        random.next() < 0.5 ? ['read', key, null] : ['write', key, value(random)],
      )
      return { f: 'txn', input }
    },
    perform: (state, _, input) => {
      const registers: Record<string, Json> = Object(state)
      const after = { ...registers }
      const items: readonly (readonly [string, string, Json])[] = Object(input)
      const answer = items.map(([f, key, value]) => {
        if (f === 'read') return [f, key, after[key] ?? null]
        after[key] = value
        return [f, key, value]
      })
      return [after, answer]
    },
  },
  queue(fifoQueue(), () => 0),
  queue(bag(), (random, length) => random.integer(0, length - 1)),
  {
    model: mutex(),
    initial: 'free',
    ask: random => ({ f: random.pick(['acquire', 'acquire', 'release']), input: null }),
    perform: (state, f) => {
      if (f === 'release') return ['free', state === 'held']
      return state === 'free' ? ['held', true] : [state, false]
    },
  },
  {
    model: setOfValues(),
    initial: [],
    ask: (random, op) =>
      random.next() < 0.5 ? { f: 'add', input: op } : { f: 'read', input: null },
    perform: (state, f, input) => {
      const values: readonly Json[] = Object(state)
      return f === 'read' ? [values, values.toReversed()] : [[...values, input], null]
    },
  },
]

function queue(model: Model, place: (random: Random, length: number) => number): SimpleObject {
  let chance: Random | undefined
  return {
    model,
    initial: [],
    ask: (random, op) => {
      chance = random
      return random.next() < 0.5 ? { f: 'enqueue', input: op } : { f: 'dequeue', input: null }
    },
    perform: (state, f, input) => {
      const items: readonly Json[] = Object(state)
      if (f === 'enqueue') return [[...items, input], null]
      if (items.length === 0) return [items, null]
      const taken = chance ? place(chance, items.length) : 0
      return [items.toSpliced(taken, 1), items[taken] ?? null]
    },
  }
}
