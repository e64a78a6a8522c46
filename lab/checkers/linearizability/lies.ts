import type { Json } from '../../base/json.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Lie } from '../../model/checker.ts'
import {
  answering,
  endedAs,
  firstThat,
  indicesOf,
  refusal,
  told,
  withMore,
} from '../shared/falsify.ts'
import { history, isOk, type Named, type Performed, type Succeeded } from '../shared/history.ts'
import { canonical } from './canonical.ts'
import type { Model } from './model.ts'

const madeUp = 'never written'

/** Ways to falsify what operations on an object were answered. */
export function liesOf(workload: Named, model: Model): readonly Lie[] {
  return [
    {
      name: 'answers one operation with a value that was never there',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(random, history(journal, workload), performed => {
          const { f, input, answer } = performed
          if (answer?.outcome.kind !== 'ok') return undefined
          for (const value of forged(answer.outcome.value)) {
            const effect = model.effectOf({ f, input, answer: { value } })
            // Only where the model takes it for what the operation found.
            if (!effect?.tells || !effect.name.includes(canonical(madeUp))) continue
            return { journal: answering(journal, performed, value), touched: [answer.index] }
          }
          return undefined
        }),
    },
    {
      name: 'calls one operation refused whose value another one saw',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(random, sightsIn(journal, workload, model), ({ reader, writer }) =>
          told(endedAs(journal, [writer], refusal), indicesOf([reader])),
        ),
    },
    {
      name: 'does one operation twice that can only be done again after another',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(random, onceOnly(journal, workload, model), ({ performed, own }) => {
          if (!isAlone(performed, own)) return undefined
          const twin = journal.flatMap(entry => {
            const isOwn = indicesOf([performed]).includes(entry.index)
            if (!isOwn || (entry.kind !== 'invoke' && entry.kind !== 'complete')) return []
            return [{ ...entry, op: entry.op + 500_000_000, client: entry.client + 1_000 }]
          })
          return told(withMore(journal, twin), indicesOf([performed]))
        }),
    },
  ]
}

/** In the shape of an answer: a value, a list of values, or items of which each read tells one. */
function forged(answer: Json): readonly Json[] {
  if (!Array.isArray(answer)) return [madeUp, [madeUp]]
  const reads = answer.map(item =>
    Array.isArray(item) && item[0] === 'read' ? [...item.slice(0, -1), madeUp] : item,
  )
  return [madeUp, [madeUp], reads]
}

/** Reads of a value, each with the one operation that can have written it. */
function sightsIn(journal: Journal, workload: Named, model: Model) {
  const all = history(journal, workload)
  const idOf = ({ key }: Performed, value: unknown) =>
    JSON.stringify([model.perKey ? key : '', value])
  const writers = Map.groupBy(
    all.filter(each => each.input !== null),
    each => idOf(each, each.input),
  )
  return all.filter(isOk).flatMap((reader): readonly { reader: Succeeded; writer: Succeeded }[] => {
    const { value } = reader.answer.outcome
    const [writer, ...more] = writers.get(idOf(reader, value)) ?? []
    const isSight = value !== null && typeof value !== 'boolean' && writer !== reader
    if (!isSight || !writer || more.length > 0 || !isOk(writer)) return []
    return [{ reader, writer }]
  })
}

/** Operations that need one state and leave another, each with all of its object. */
function onceOnly(journal: Journal, workload: Named, model: Model) {
  const all = history(journal, workload)
  const byObject = [...Map.groupBy(all, ({ key }) => (model.perKey ? key : '')).values()]
  return byObject.flatMap(own =>
    own.filter(isOk).flatMap(performed => {
      const { f, input, answer } = performed
      const { needs, makes } = model.effectOf({ f, input, answer: answer.outcome }) ?? {}
      return needs !== undefined && makes !== undefined && needs !== makes
        ? [{ performed, own }]
        : []
    }),
  )
}

/** Nothing beside it, or uncertain before it, could undo it in between. */
function isAlone(performed: Succeeded, own: readonly Performed[]): boolean {
  return own.every(other => {
    const open = !other.answer || other.answer.outcome.kind === 'info'
    const begun = other.invokeIndex < performed.answer.index
    const beside = open || (other.answer?.index ?? 0) > performed.invokeIndex
    return other === performed || !begun || !beside
  })
}
