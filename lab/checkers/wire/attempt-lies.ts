import type { Random } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Lie } from '../../model/checker.ts'
import { changed, firstThat, someOf, told, withMore } from '../shared/falsify.ts'
import type { WireEntry } from './wire-events.ts'

interface Bounds {
  readonly atMost: number
  readonly onAverageAtMost?: number
  readonly perAttempt?: number
}

/** Ways to falsify how often requests were sent; `messagesOf` finds the messages of each. */
export function attemptLies(
  { atMost, onAverageAtMost, perAttempt = 1 }: Bounds,
  messagesOf: (journal: Journal) => ReadonlyMap<string, readonly WireEntry[]>,
): readonly Lie[] {
  const once: Lie = {
    name: 'sends one request once more than allowed',
    found: 'invalid',
    tell: (journal, random) =>
      firstThat(random, [...messagesOf(journal).values()], ofRequest => {
        const more = atMost * perAttempt + 1 - ofRequest.length
        return told(withMore(journal, copies(ofRequest, more)), indices(ofRequest))
      }),
  }
  const average: Lie = {
    name: 'sends just so many requests twice that they exceed the budget',
    found: 'invalid',
    tell: (journal, random) => overBudget(journal, random),
  }
  const nameless: Lie = {
    name: 'takes the ids from all messages',
    found: 'unknown',
    tell: journal => {
      const all = indices([...messagesOf(journal).values()].flat())
      const bare = changed(journal, all, entry => {
        if (entry.kind !== 'wire') return entry
        const { key: _, trace: __, ...rest } = entry
        return rest
      })
      return told(bare, all)
    },
  }
  return onAverageAtMost === undefined ? [once, nameless] : [once, average, nameless]

  function overBudget(journal: Journal, random: Random) {
    const groups = [...messagesOf(journal).values()]
    const total = groups.reduce((sum, each) => sum + Math.ceil(each.length / perAttempt), 0)
    const refused = journal.filter(each => each.kind === 'wire' && each.what === 'refused').length
    const spare = (onAverageAtMost ?? 0) * (groups.length + refused) - total
    const more = Math.floor(spare) + 1 + Math.ceil(groups.length / 100)
    const single = groups.filter(each => each.length <= perAttempt && atMost > 1)
    const chosen = someOf(random, single, more)
    if (more <= 0 || chosen.length < more) return undefined
    const added = chosen.flatMap(each => copies(each, perAttempt))
    return told(withMore(journal, added), indices(chosen.flat()))
  }
}

function copies(messages: readonly WireEntry[], count: number): readonly WireEntry[] {
  const last = messages.at(-1)
  return last ? Array.from({ length: Math.max(0, count) }, () => last) : []
}

const indices = (messages: readonly WireEntry[]) => messages.map(each => each.index)
