import type { Journal } from '../../journal/journal.ts'
import type { Lie, Told } from '../../model/checker.ts'
import { answering, firstThat } from '../shared/falsify.ts'
import { history, type Named } from '../shared/history.ts'
import { isAtLeast, type Level } from './levels.ts'
import { type Item, type Transaction, transactionOf } from './transactions.ts'

/** Falsified reads that no order of transactions explains. */
export function liesOf(workload: Named, level: Level): readonly Lie[] {
  const lie = (
    name: string,
    falsify: (items: readonly Item[], at: number) => Item | undefined,
  ) => ({
    name,
    found: 'invalid' as const,
    tell: (journal: Journal, random: Parameters<Lie['tell']>[1]) =>
      firstThat(random, committedOf(journal, workload), each => told(journal, each, falsify)),
  })
  const phantom = lie('lets one read find a number that nobody appended', (items, at) =>
    readAt(items, at, list => [0.5, ...list]),
  )
  if (!isAtLeast(level, 'repeatable-read')) return [phantom]
  // Who appends right after what it read must have read the last version before its own.
  const update = lie('lets one update begin from the version before the last', (items, at) => {
    const [, key] = items[at] ?? []
    const isUpdate = items.slice(at).some(([f, on]) => f === 'append' && on === key)
    const isFirst = !items.slice(0, at).some(([f, on]) => f === 'append' && on === key)
    return isUpdate && isFirst
      ? readAt(items, at, list => (list.length > 0 ? list.slice(0, -1) : undefined))
      : undefined
  })
  return [phantom, update]
}

function committedOf(journal: Journal, workload: Named): readonly Transaction[] {
  const all = history(journal, workload).flatMap(each => transactionOf(each) ?? [])
  return all.filter(({ end }) => end === 'committed')
}

/** With its first read that can be falsified so. */
function told(
  journal: Journal,
  { performed, items }: Transaction,
  falsify: (items: readonly Item[], at: number) => Item | undefined,
): Told | undefined {
  for (const [at] of items.entries()) {
    const item = falsify(items, at)
    if (!item) continue
    const index = performed.answer?.index
    return index === undefined
      ? undefined
      : { journal: answering(journal, performed, items.with(at, item)), touched: [index] }
  }
  return undefined
}

function readAt(
  items: readonly Item[],
  at: number,
  change: (list: readonly number[]) => readonly number[] | undefined,
): Item | undefined {
  const [f, key, list] = items.at(at) ?? []
  if (f !== 'read' || key === undefined) return undefined
  const changed = change(Array.isArray(list) ? list : [])
  return changed && ['read', key, changed]
}
