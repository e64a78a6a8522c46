import { isDeepStrictEqual } from 'node:util'
import type { Json } from '../../base/json.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Finding, Lie, Told } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { answering, firstThat, indicesOf, readable, told } from '../shared/falsify.ts'
import {
  history,
  isOk,
  type Named,
  nameOf,
  type Performed,
  type Succeeded,
} from '../shared/history.ts'
import { endedBefore, faultWindow } from '../shared/strikes.ts'

export interface VersionOptions {
  /** The operation that writes; default `write`. */
  readonly write?: string
  /** The operation that reads; default `read`. */
  readonly read?: string
  /** What a write leaves under its key, different for each write of it; default its input. */
  readonly written?: (write: Performed) => Json
  /** What a read saw; default its whole answer. Null: nothing was ever written. */
  readonly seen?: (answer: Json) => Json
}

/** Which writes a read must have seen: those confirmed so long before it, and of whom. */
export interface Freshness {
  readonly atMostMs: number
  readonly owed: (read: Performed, write: Performed) => boolean
}

/** A read that shows a value that a write had replaced, though the read was owed that write. */
export function judgeVersions(
  journal: Journal,
  workload: Named,
  options: VersionOptions,
  freshness: Freshness,
): Finding {
  const { reads, byKey } = observe(journal, workload, options)
  const fromMs = faultWindow(journal)?.fromMs ?? Number.POSITIVE_INFINITY
  const judged = reads.map(read => {
    return { read, ...missedBy(read, byKey.get(read.key ?? '') ?? [], options, freshness) }
  })
  const owed = judged.filter(({ owed, read }) => owed > 0 && !endedBefore(read, fromMs)).length
  const strange = judged.filter(({ strange }) => strange).length
  const violations = judged.flatMap(({ read, missed }): readonly Violation[] => {
    if (!missed) return []
    const age = Math.round(read.invokedMs - missed.answer.atMs)
    const what = `${nameOf(read)} did not see what was written ${age} ms before it`
    return [{ kind: 'stale', what, entries: indicesOf([read, missed]), atMs: read.answer.atMs }]
  })
  return conclude({
    journal,
    violations,
    figures: { reads: reads.length, owed, strange },
    unseen: [
      ...tooFew('Reads since the fault that had to see a write', owed, 1),
      ...(strange > 0 ? [`${strange} reads saw what no known write left`] : []),
      ...gapsIn(journal),
    ],
    story: `All ${reads.length} reads saw what they had to (${owed} of them a write since the fault).`,
  })
}

function observe(journal: Journal, workload: Named, options: VersionOptions) {
  const all = history(journal, workload)
  const writes = all.filter(({ f }) => f === (options.write ?? 'write'))
  const reads = all.filter(({ f }) => f === (options.read ?? 'read')).filter(isOk)
  return { reads, byKey: Map.groupBy(writes, ({ key = '' }) => key) }
}

/** The last write that this read was owed, and that its value is older than. */
function missedBy(
  read: Succeeded,
  writes: readonly Performed[],
  { written = ({ input }) => input, seen = value => value }: VersionOptions,
  { atMostMs, owed }: Freshness,
) {
  const value = seen(read.answer.outcome.value)
  const due = writes
    .filter(isOk)
    .filter(write => write.answer.atMs < read.invokedMs - atMostMs && owed(read, write))
  const sources = writes.filter(
    write =>
      write.invokedMs <= read.answer.atMs &&
      write.answer?.outcome.kind !== 'fail' &&
      isDeepStrictEqual(written(write), value),
  )
  if (value !== null && sources.length === 0) return { owed: due.length, strange: true }
  const missed = due.findLast(write => sources.every(source => isOlder(source, write)))
  return { owed: due.length, strange: false, missed }
}

/** It had ended before the other began. One that is uncertain may take effect at any time. */
function isOlder(one: Performed, other: Performed): boolean {
  return isOk(one) && one.answer.atMs < other.invokedMs
}

/** Lies that show a read an older value: that of an earlier read of the key, or none at all. */
export function versionLies(
  workload: Named,
  options: VersionOptions,
  freshness: Freshness,
): readonly Lie[] {
  const lie = (
    name: string,
    older: (read: Succeeded, reads: readonly Succeeded[]) => readonly Json[],
  ): Lie => ({
    name,
    found: 'invalid',
    tell: (journal, random): Told | undefined => {
      const { reads, byKey } = observe(journal, workload, options)
      return firstThat(random, reads, read => {
        const writes = byKey.get(read.key ?? '') ?? []
        return firstThat(random, older(read, reads), value => {
          const outcome = { kind: 'ok', value } as const
          const falsified = { ...read, answer: { ...read.answer, outcome } }
          const missed = readable(() => missedBy(falsified, writes, options, freshness))?.missed
          return missed && told(answering(journal, read, value), indicesOf([read, missed]))
        })
      })
    },
  })
  return [
    lie('shows one read what an earlier read of its key saw', (read, reads) =>
      reads
        .filter(each => each.key === read.key && each.answer.atMs < read.invokedMs)
        .map(({ answer }) => answer.outcome.value),
    ),
    lie('shows one read that nothing was ever written', () => [null]),
  ]
}
