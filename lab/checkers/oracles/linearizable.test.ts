import { describe, expect, test } from 'vitest'
import { seeded } from '../../base/random.ts'
import { type ObjectHistory, objectsOf, until } from '../linearizability/calls.ts'
import type { Model } from '../linearizability/model.ts'
import { linearizable } from '../linearizable.ts'
import { history } from '../shared/history.ts'
import { histories, patienceMs } from './nightly.ts'
import { type ObjectBug, objectBugs, runObject } from './object-store.ts'
import { objects, type SimpleObject } from './objects.ts'
import { hasOrder } from './one-order.ts'

function judged(object: SimpleObject, bug: ObjectBug, seed: number) {
  const journal = runObject(object, bug, seeded(seed).fork(bug))
  const finding = linearizable({ name: 'o' }, object.model).check(journal)
  const all = objectsOf(history(journal, { name: 'o' }), object.model)
  const isPossible = all.every(({ calls }) => hasOrder(calls, object.model.initial))
  if (finding.word === 'invalid') {
    expect(finding.witness.entries.at(-1)).toBe(firstFailing(all, object.model))
  }
  return { word: finding.word, isPossible }
}

/** The answer after which no order is left. */
function firstFailing(all: readonly ObjectHistory[], model: Model): number | undefined {
  const { initial } = model
  const [failing] = all.filter(({ calls }) => !hasOrder(calls, initial))
  const answers = failing?.calls.flatMap(call => (Number.isFinite(call.until) ? call.until : []))
  return answers
    ?.toSorted((a, b) => a - b)
    .find(last => !hasOrder(until(failing?.calls ?? [], last, model), initial))
}

describe('linearizability against the slow truth', () => {
  test.each(objectBugs)(
    'a store with %s is caught whenever it shows',
    bug => {
      const shown = new Map<SimpleObject, number>()
      const count = histories(1_000)
      for (let seed = 0; seed < count; seed++) {
        for (const object of objects.slice(seed % 2, seed % 2 === 0 ? 4 : 8)) {
          const { word, isPossible } = judged(object, bug, seed)
          if (!isPossible) shown.set(object, (shown.get(object) ?? 0) + 1)
          expect([object.model.name, seed, word === 'invalid']).toEqual([
            object.model.name,
            seed,
            !isPossible,
          ])
        }
      }
      const counts = objects.map(object => shown.get(object) ?? 0)
      expect(counts.filter(each => each > count / 100).length).toBeGreaterThanOrEqual(4)
    },
    patienceMs(30_000),
  )

  test.each(objects)(
    'a right $model.name is never invalid',
    object => {
      const words = new Map<string, number>()
      for (let seed = 0; seed < histories(1_000); seed++) {
        const { word, isPossible } = judged(object, 'none', seed)
        expect([seed, isPossible]).toEqual([seed, true])
        words.set(word, (words.get(word) ?? 0) + 1)
      }
      expect(words.get('invalid') ?? 0).toBe(0)
      expect(words.get('valid')).toBeGreaterThan(histories(300))
    },
    patienceMs(30_000),
  )
})
