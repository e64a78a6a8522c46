import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { firstThat, indicesOf, told, withMore } from '../shared/falsify.ts'
import { isOk, type Named, type Performed, trafficOf } from '../shared/history.ts'

export interface LockOptions {
  /** The operation that takes the lock named by its key; default `acquire`. */
  readonly acquire?: string
  /** The operation that gives it back; default `release`. */
  readonly release?: string
  /** A lease: held at most so long from when it was asked for; default until it is released. */
  readonly leaseMs?: number
}

/**
 * One holder at a time: a lock is surely held from the ok answer of its acquisition to the moment
 * its holder begins to release it, or its lease ends; two clients never hold one at once. (What a
 * holder does after its lease has ended is a matter of `fencing`.) Unknown when no lock was taken
 * by two clients, one after the other at least: nobody contended.
 */
export function mutualExclusion(workload: Named, options: LockOptions = {}): Checker {
  return {
    name: `locks of ${workload.name} have one holder at a time`,
    check: journal => judge(journal, workload, options),
    lies: liesOf(workload, options),
  }
}

interface Hold {
  readonly key: string
  readonly client: number
  readonly fromMs: number
  readonly toMs: number
  readonly acquired: Performed
  readonly release: Performed | undefined
}

function holdsIn(journal: Journal, workload: Named, options: LockOptions): readonly Hold[] {
  const { acquire = 'acquire', release = 'release', leaseMs = Number.POSITIVE_INFINITY } = options
  const all = trafficOf(journal, workload)
  const releases = Map.groupBy(
    all.filter(({ f }) => f === release),
    ({ client, key }) => JSON.stringify([client, key]),
  )
  return all
    .filter(({ f }) => f === acquire)
    .filter(isOk)
    .map((acquired): Hold => {
      const { client, key = '', answer, invokedMs } = acquired
      const own = releases.get(JSON.stringify([client, acquired.key])) ?? []
      const next = own.find(each => each.invokedMs >= answer.atMs)
      const endMs = next?.invokedMs ?? Number.POSITIVE_INFINITY
      const toMs = Math.min(endMs, invokedMs + leaseMs)
      return { key, client, fromMs: answer.atMs, toMs, acquired, release: next }
    })
    .toSorted((a, b) => a.fromMs - b.fromMs)
}

function judge(journal: Journal, workload: Named, options: LockOptions): Finding {
  const holds = holdsIn(journal, workload, options)
  const byKey = [...Map.groupBy(holds, ({ key }) => key).values()]
  const contended = byKey.filter(own => new Set(own.map(({ client }) => client)).size > 1).length
  return conclude({
    journal,
    violations: byKey.flatMap(overlapsIn),
    figures: { holds: holds.length, locks: byKey.length, contended },
    unseen: [...tooFew('Locks taken by more than one client', contended, 1), ...gapsIn(journal)],
    story: `${holds.length} times a lock was taken (${contended} locks by several), never by two at once.`,
  })
}

function overlapsIn(holds: readonly Hold[]): readonly Violation[] {
  let longest: Hold | undefined
  return holds.flatMap((hold): readonly Violation[] => {
    const other = longest
    if (!longest || hold.toMs > longest.toMs) longest = hold
    if (!other || other.client === hold.client || other.toMs <= hold.fromMs) return []
    const what = `client ${hold.client} took ${hold.key} while client ${other.client} held it`
    const entries = indicesOf([hold.acquired, other.acquired])
    return [{ kind: 'shared', what, entries, atMs: hold.fromMs }]
  })
}

function liesOf(workload: Named, options: LockOptions): readonly Lie[] {
  return [
    {
      name: 'lets another client take one lock while it is held',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(random, holdsIn(journal, workload, options), ({ acquired, fromMs, toMs }) => {
          if (toMs <= fromMs) return undefined
          const atMs = Math.min(fromMs + 1, (fromMs + toMs) / 2)
          const more = journal.flatMap(entry => {
            const own = indicesOf([acquired]).includes(entry.index)
            if (!own || (entry.kind !== 'invoke' && entry.kind !== 'complete')) return []
            return [{ ...entry, client: entry.client + 1_000, op: entry.op + 500_000_000, atMs }]
          })
          return told(withMore(journal, more), indicesOf([acquired]))
        }),
    },
    {
      name: 'gives one lock back only after the next client has it',
      found: 'invalid',
      tell: (journal, random) => {
        const holds = holdsIn(journal, workload, { ...options, leaseMs: Number.POSITIVE_INFINITY })
        return firstThat(random, holds, ({ key, client, release, acquired, toMs }) => {
          const next = holds.find(each => each.key === key && each.fromMs >= toMs)
          if (!next || next.client === client || !release) return undefined
          const isInLease =
            next.fromMs + 1 < acquired.invokedMs + (options.leaseMs ?? Number.POSITIVE_INFINITY)
          if (!isInLease) return undefined
          const moved = journal
            .map(entry =>
              entry.index === release.invokeIndex ? { ...entry, atMs: next.fromMs + 1 } : entry,
            )
            .toSorted((a, b) => a.atMs - b.atMs)
          return told(moved, indicesOf([acquired, release, next.acquired]))
        })
      },
    },
  ]
}
