import type { Json } from '../../base/json.ts'
import { isFinal, isOk, type Performed, type Succeeded } from '../shared/history.ts'

export interface FoundOptions {
  /** The operation of the final reads; default `read`. */
  readonly read?: string
  /**
   * What a final read found, effect by effect: none, one, or (doubled) several for one key. A row
   * that is only pending is no effect: leave it out. By default an answer of `null` is none, an
   * array is one effect per element, all else is one.
   */
  readonly found?: (key: string, answer: Json) => readonly Effect[]
}

export interface Effect {
  readonly key: string
  readonly value: Json
}

/** What one final read showed of one key, also when that was nothing. */
export interface Observation {
  readonly read: Succeeded
  readonly effects: readonly Effect[]
}

export function finalReadsIn(all: readonly Performed[], options: FoundOptions) {
  return all.filter(each => isFinal(each) && each.f === (options.read ?? 'read')).filter(isOk)
}

/** What the final reads showed, by key. */
export function observationsOf(all: readonly Performed[], options: FoundOptions) {
  const observations = new Map<string, Observation[]>()
  for (const read of finalReadsIn(all, options)) {
    const effects = Map.groupBy(effectsIn(read, read.answer.outcome.value, options), e => e.key)
    for (const key of new Set([...(read.key === undefined ? [] : [read.key]), ...effects.keys()])) {
      const list = observations.get(key) ?? []
      list.push({ read, effects: effects.get(key) ?? [] })
      observations.set(key, list)
    }
  }
  return observations
}

export function effectsIn(
  { key = '' }: Performed,
  answer: Json,
  { found = eachValue }: FoundOptions,
): readonly Effect[] {
  return found(key, answer)
}

function eachValue(key: string, answer: Json): readonly Effect[] {
  if (answer === null) return []
  const values: readonly Json[] = isList(answer) ? answer : [answer]
  return values.map(value => ({ key, value }))
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
