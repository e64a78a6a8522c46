import type { Lie } from '../../model/checker.ts'
import { answering, firstThat } from '../shared/falsify.ts'
import { history, type Named } from '../shared/history.ts'
import { canonical } from './canonical.ts'
import type { Model } from './model.ts'

const madeUp = 'never written'

/** A value that was never there, where an answer tells which one was. */
export function liesOf(workload: Named, model: Model): readonly Lie[] {
  return [
    {
      name: 'answers one operation with a value that was never there',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(random, history(journal, workload), performed => {
          const { f, input, answer } = performed
          if (answer?.outcome.kind !== 'ok') return undefined
          for (const value of [madeUp, [madeUp]]) {
            const effect = model.effectOf({ f, input, answer: { value } })
            // Only where the model takes it for what the operation found.
            if (!effect?.tells || !effect.name.includes(canonical(madeUp))) continue
            return { journal: answering(journal, performed, value), touched: [answer.index] }
          }
          return undefined
        }),
    },
  ]
}
