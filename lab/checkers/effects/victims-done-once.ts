import type { Json } from '../../base/json.ts'
import type { Journal, WireEvent } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import {
  answering,
  endedAs,
  firstThat,
  indicesOf,
  readable,
  refusal,
  told,
} from '../shared/falsify.ts'
import { type Ways, withOneLess, withOneTwice } from '../shared/falsify-json.ts'
import { history, isOk, type Named, nameOf, type Performed } from '../shared/history.ts'
import { type CorrelateOptions, exchangesIn } from '../wire/exchanges.ts'
import { effectsIn, finalReadsIn, observationsOf } from './final-reads.ts'
import { isWrite, type WriteOptions } from './writes.ts'

export interface VictimOptions extends WriteOptions, CorrelateOptions {
  /**
   * A response that makes its request a victim; default a deadlock or a conflict (40P01, 40001).
   */
  readonly victim?: (response: WireEvent) => boolean
  /** The id the wire shows for an operation; default its key. */
  readonly correlate?: (operation: Performed) => string | undefined
  /**
   * Whether a victim must succeed in the end; default true. Else it may be refused, and not be
   * done.
   */
  readonly succeeds?: boolean
}

/**
 * The victim of a deadlock or a conflict is done once: each operation of which the wire shows that
 * a statement or a commit was given up ends ok all the same, and its effect is found exactly once;
 * one that was refused (where that is allowed) is not found. Unknown when there was no victim, or
 * when one was not read back.
 */
export function victimsDoneOnce(workload: Named, options: VictimOptions = {}): Checker {
  return {
    name: `victims among ${workload.name} are done once`,
    subscribes: options.links ?? (() => true),
    check: journal => judge(journal, workload, options),
    lies: liesOf(workload, options),
  }
}

const conflicts: ReadonlySet<string | undefined> = new Set(['40P01', '40001'])

/** Victims with the index of the response that made them one. */
function victimsIn(journal: Journal, workload: Named, options: VictimOptions) {
  const { victim = isConflict, correlate = keyOf } = options
  const hits = new Map(
    exchangesIn(journal, options)
      .filter(({ response }) => victim(response))
      .flatMap(({ ids, response }) => ids.map(id => [id, response.index] as const)),
  )
  const all = history(journal, workload)
  return all
    .filter(each => isWrite(each, options))
    .flatMap(each => {
      const index = hits.get(correlate(each) ?? '')
      return index === undefined ? [] : [{ each, index }]
    })
}

const isConflict = ({ error }: WireEvent) => conflicts.has(error)
const keyOf = ({ key }: Performed) => key

function judge(journal: Journal, workload: Named, options: VictimOptions): Finding {
  const { succeeds = true } = options
  const victims = victimsIn(journal, workload, options)
  const found = observationsOf(history(journal, workload), options)
  const unread = victims.filter(({ each }) => !found.has(each.key ?? '')).length
  const violations = victims.flatMap(({ each, index }): readonly Violation[] => {
    const seen = found.get(each.key ?? '') ?? []
    const atMs = each.answer?.atMs ?? each.invokedMs
    const violation = (kind: string, what: string) => {
      const entries = [index, ...indicesOf([each, ...seen.map(({ read }) => read)])]
      return { kind, what: `${nameOf(each)} met a conflict and ${what}`, entries, atMs }
    }
    const counts = seen.map(({ effects }) => effects.length)
    const refused = each.answer?.outcome.kind === 'fail'
    return [
      ...(succeeds && refused ? [violation('refused', 'was refused')] : []),
      ...(isOk(each) && counts.includes(0) ? [violation('lost', 'is gone')] : []),
      ...(counts.some(count => count > 1) ? [violation('doubled', 'was done more than once')] : []),
      ...(refused && counts.some(count => count > 0)
        ? [violation('refusedYetDone', 'was refused and done all the same')]
        : []),
    ]
  })
  const ok = victims.filter(({ each }) => isOk(each)).length
  return conclude({
    journal,
    violations,
    figures: { victims: victims.length, ok, unread },
    unseen: [
      ...tooFew('Operations that met a conflict', victims.length, 1),
      ...(unread > 0 ? [`${unread} victims were not read back`] : []),
      ...gapsIn(journal, options.links ?? (() => true)),
    ],
    story: `${victims.length} operations met a conflict; ${ok} were done, each once.`,
  })
}

function liesOf(workload: Named, options: VictimOptions): readonly Lie[] {
  const inRead = (
    name: string,
    waysOf: (value: Json) => Ways,
    wanted: (count: number) => boolean,
  ): Lie => ({
    name,
    found: 'invalid',
    tell: (journal, random) => {
      const reads = finalReadsIn(history(journal, workload), options)
      const victims = victimsIn(journal, workload, options).filter(({ each }) => isOk(each))
      return firstThat(random, victims, ({ each }) => {
        const count = (read: Performed, value: Json) =>
          readable(
            () => effectsIn(read, value, options).filter(({ key }) => key === each.key).length,
          ) ?? 1
        const read = reads.find(one => count(one, one.answer.outcome.value) === 1)
        return (
          read &&
          firstThat(random, waysOf(read.answer.outcome.value), way =>
            wanted(count(read, way()))
              ? told(answering(journal, read, way()), indicesOf([each, read]))
              : undefined,
          )
        )
      })
    },
  })
  const refused: Lie = {
    name: 'calls one victim refused',
    found: 'invalid',
    tell: (journal, random) => {
      const victims = victimsIn(journal, workload, options).filter(({ each }) => isOk(each))
      return firstThat(random, victims, ({ each }) =>
        told(endedAs(journal, [each], refusal), indicesOf([each])),
      )
    },
  }
  return [
    inRead('finds the effect of one victim not at all', withOneLess, count => count === 0),
    inRead('finds the effect of one victim twice', withOneTwice, count => count > 1),
    refused,
  ]
}
