import { canonical } from '../canonical.ts'
import type { Asked, Effect, Model } from '../model.ts'

/**
 * A queue per key, first in, first out: `enqueue` (or `send`) of its input, and `dequeue`, whose ok
 * value is what came, `null` where the queue was empty.
 */
export function fifoQueue(): Model {
  return { name: 'FIFO queue', initial: '', perKey: true, effectOf: fifo }
}

/**
 * The same in any order. What an uncertain `dequeue` may have taken nobody can tell: it is an
 * operation that the model does not know.
 */
export function bag(): Model {
  return { name: 'queue in any order', initial: '', perKey: true, effectOf: unordered }
}

/** The state is one line for each item, for canonical text has no line break of its own. */
const line = (item: string) => `${item}\n`

function fifo(asked: Asked): Effect | undefined {
  if (asked.f === 'enqueue' || asked.f === 'send') {
    const item = line(canonical(asked.input))
    return adding(item, state => state + item)
  }
  if (asked.f !== 'dequeue') return undefined
  if (!asked.answer) {
    const step = (state: string) =>
      state === '' ? undefined : state.slice(state.indexOf('\n') + 1)
    return { name: 'dequeue something', step, tells: false, changes: true }
  }
  return taking(asked, (state, item) => {
    return state.startsWith(item) ? state.slice(item.length) : undefined
  })
}

function unordered(asked: Asked): Effect | undefined {
  if (asked.f === 'enqueue' || asked.f === 'send') {
    const item = line(canonical(asked.input))
    return adding(item, state =>
      linesOf(state + item)
        .toSorted()
        .join(''),
    )
  }
  if (asked.f !== 'dequeue' || !asked.answer) return undefined
  return taking(asked, (state, item) => {
    const lines = linesOf(state)
    const place = lines.indexOf(item)
    return place < 0 ? undefined : lines.toSpliced(place, 1).join('')
  })
}

function linesOf(state: string): string[] {
  return state.match(/.*\n/g) ?? []
}

function adding(item: string, step: (state: string) => string): Effect {
  return { name: `enqueue ${item}`, step, tells: false, changes: true }
}

function taking(
  { answer }: Asked,
  without: (state: string, item: string) => string | undefined,
): Effect {
  const value = answer?.value ?? null
  if (value === null) {
    const step = (state: string) => (state === '' ? state : undefined)
    return { name: 'dequeue nothing', step, tells: true, changes: false, needs: '' }
  }
  const item = line(canonical(value))
  const step = (state: string) => without(state, item)
  return { name: `dequeue ${item}`, step, tells: true, changes: true }
}
