import type { Json } from '../../base/json.ts'
import type { Random } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Lie, Told } from '../../model/checker.ts'
import {
  answering,
  endedAs,
  firstThat,
  indicesOf,
  readable,
  refusal,
  told,
} from '../shared/falsify.ts'
import { type Ways, withOneAltered, withOneLess, withOneTwice } from '../shared/falsify-json.ts'
import { history, isOk, type Named, type Succeeded } from '../shared/history.ts'
import { effectsIn, finalReadsIn } from './final-reads.ts'
import { answered, isWrite, type WriteOptions } from './writes.ts'

type Counts = ReadonlyMap<string, number>

/** Ways to falsify what the final reads found of confirmed writes. */
export function lossLies(workload: Named, options: WriteOptions): readonly Lie[] {
  return [
    {
      name: 'takes one confirmed write out of the final reads',
      found: 'invalid',
      tell: inOneRead(workload, options, withOneLess, (before, after) => before > 0 && after === 0),
    },
    {
      name: 'finds the effect of one confirmed write twice',
      found: 'invalid',
      tell: inOneRead(workload, options, withOneTwice, (before, after) => after > before),
    },
    {
      name: 'finds another value than one confirmed write left',
      found: 'invalid',
      tell: (journal, random) => changedValue(journal, random, workload, options),
    },
    {
      name: 'calls one confirmed write refused',
      found: 'invalid',
      tell: (journal, random) => calledRefused(journal, random, workload, options),
    },
  ]
}

/** One final read, changed so that a confirmed key has so many more or fewer effects. */
function inOneRead(
  workload: Named,
  options: WriteOptions,
  waysOf: (value: Json) => Ways,
  wanted: (before: number, after: number) => boolean,
) {
  return (journal: Journal, random: Random): Told | undefined => {
    const all = history(journal, workload)
    const confirmed = all.filter(each => isWrite(each, options)).filter(isOk)
    const byKey = Map.groupBy(confirmed, each => each.key ?? '')
    return firstThat(random, finalReadsIn(all, options), read => {
      const { value } = read.answer.outcome
      const before = countsIn(read, value, options)
      return firstThat(random, waysOf(value), way => {
        const after = countsIn(read, way(), options)
        const hit = [...byKey.keys()].find(key => {
          return before?.has(key) && after && wanted(before.get(key) ?? 0, after.get(key) ?? 0)
        })
        if (hit === undefined) return undefined
        const touched = indicesOf([read, ...(byKey.get(hit) ?? [])])
        return told(answering(journal, read, way()), touched)
      })
    })
  }
}

function changedValue(
  journal: Journal,
  random: Random,
  workload: Named,
  options: WriteOptions,
): Told | undefined {
  const all = history(journal, workload)
  const promised = options.promised ?? answered
  const writes = all.filter(each => isWrite(each, options))
  const byKey = Map.groupBy(writes, each => each.key ?? '')
  const exact = [...byKey].filter(([, ofKey]) =>
    ofKey.every(each => isOk(each) && promised(each) !== undefined),
  )
  const keys = new Map(exact)
  return firstThat(random, finalReadsIn(all, options), read => {
    const { value } = read.answer.outcome
    const before = valuesIn(read, value, options)
    return firstThat(random, withOneAltered(value), way => {
      const after = valuesIn(read, way(), options)
      const hit = [...before].find(([key, text]) => {
        return keys.has(key) && after.has(key) && after.get(key) !== text
      })
      if (!hit || after.size !== before.size) return undefined
      const touched = indicesOf([read, ...(keys.get(hit[0]) ?? [])])
      return told(answering(journal, read, way()), touched)
    })
  })
}

function calledRefused(
  journal: Journal,
  random: Random,
  workload: Named,
  options: WriteOptions,
): Told | undefined {
  const all = history(journal, workload)
  const byKey = Map.groupBy(
    all.filter(each => isWrite(each, options)),
    each => each.key ?? '',
  )
  const single = [...byKey.values()].filter(ofKey => ofKey.length === 1 && ofKey.every(isOk))
  return firstThat(random, single, ofKey =>
    told(endedAs(journal, ofKey, refusal), indicesOf(ofKey)),
  )
}

function countsIn(read: Succeeded, value: Json, options: WriteOptions): Counts | undefined {
  const effects = readable(() => effectsIn(read, value, options))
  const byKey = effects && Map.groupBy(effects, each => each.key)
  return byKey && new Map([...byKey].map(([key, ofKey]) => [key, ofKey.length]))
}

function valuesIn(
  read: Succeeded,
  value: Json,
  options: WriteOptions,
): ReadonlyMap<string, string> {
  const effects = readable(() => effectsIn(read, value, options)) ?? []
  return new Map(effects.map(each => [each.key, JSON.stringify(each.value)]))
}
