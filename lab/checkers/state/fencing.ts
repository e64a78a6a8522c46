import { z } from 'zod'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { firstThat, later, told, withMore } from '../shared/falsify.ts'
import { type EntryOf, type Named, ofKind } from '../shared/history.ts'

const effect = z.object({ key: z.string(), owner: z.string(), token: z.number() })

interface Effect {
  readonly entry: EntryOf<'observed'>
  readonly key: string
  readonly owner: string
  readonly token: number
}

/**
 * Whoever has lost a lease does no more harm: `observed` events `effect {key, owner, token}`, in
 * the order in which the effects took place, never go back to an older token once a newer one was
 * used, and a token has one owner. Unknown when no key saw effects by more than one owner (nothing
 * was taken over), or when an event could not be read.
 */
export function fencing(workload: Named): Checker {
  return {
    name: `effects of ${workload.name} are fenced`,
    check: journal => judge(journal, workload),
    lies: liesOf(workload),
  }
}

function effectsIn(journal: Journal, workload: Named) {
  const events = ofKind(journal, 'observed').filter(
    each => each.workload === workload.name && each.what === 'effect',
  )
  const parsed = events.map(entry => ({ entry, found: effect.safeParse(entry.value).data }))
  const effects = parsed.flatMap(({ entry, found }) => (found ? [{ entry, ...found }] : []))
  return { effects, unparsed: parsed.length - effects.length }
}

function judge(journal: Journal, workload: Named): Finding {
  const { effects, unparsed } = effectsIn(journal, workload)
  const byKey = [...Map.groupBy(effects, ({ key }) => key).values()]
  const takenOver = byKey.filter(own => new Set(own.map(({ owner }) => owner)).size > 1).length
  return conclude({
    journal,
    violations: byKey.flatMap(own => [...staleIn(own), ...sharedIn(own)]),
    figures: { effects: effects.length, keys: byKey.length, takenOver },
    unseen: [
      ...tooFew('Keys that were taken over', takenOver, 1),
      ...(unparsed > 0 ? [`${unparsed} effects could not be read`] : []),
      ...gapsIn(journal),
    ],
    story: `${effects.length} effects on ${byKey.length} keys, ${takenOver} taken over, none by an old owner.`,
  })
}

function staleIn(effects: readonly Effect[]): readonly Violation[] {
  let newest: Effect | undefined
  return effects.flatMap((each): readonly Violation[] => {
    const before = newest
    if (!newest || each.token > newest.token) newest = each
    if (!before || each.token >= before.token) return []
    const { owner, token, key, entry } = each
    const what = `${owner} had an effect on ${key} with token ${token} after ${before.owner} had ${before.token}`
    return [{ kind: 'stale', what, entries: [before.entry.index, entry.index], atMs: entry.atMs }]
  })
}

function sharedIn(effects: readonly Effect[]): readonly Violation[] {
  const byToken = Map.groupBy(effects, ({ token }) => token)
  return [...byToken.values()].flatMap((own): readonly Violation[] => {
    const [first] = own
    const other = own.find(({ owner }) => owner !== first?.owner)
    if (!first || !other) return []
    const what = `${first.owner} and ${other.owner} both used token ${first.token} of ${first.key}`
    const entries = [first.entry.index, other.entry.index]
    return [{ kind: 'shared', what, entries, atMs: other.entry.atMs }]
  })
}

function liesOf(workload: Named): readonly Lie[] {
  /** One effect, and a later one of another owner with a newer token. */
  const takeovers = (journal: Journal) => {
    const { effects } = effectsIn(journal, workload)
    return [...Map.groupBy(effects, ({ key }) => key).values()].flatMap(own =>
      own.flatMap((newer, place) => {
        const older = own[place - 1]
        return older && older.owner !== newer.owner ? [{ older, newer }] : []
      }),
    )
  }
  return [
    {
      name: 'lets an owner act once more after another took over',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(random, takeovers(journal), ({ older, newer }) => {
          const again = later(older.entry, newer.entry.atMs - older.entry.atMs)
          return told(withMore(journal, [again]), [older.entry.index, newer.entry.index])
        }),
    },
    {
      name: 'lets two owners use one token',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(random, takeovers(journal), ({ older, newer }) => {
          const value = { key: older.key, owner: newer.owner, token: older.token }
          const shared = { ...older.entry, value }
          return told(withMore(journal, [shared]), [older.entry.index])
        }),
    },
  ]
}
