import type { Journal } from '../../journal/journal.ts'
import type { Lie } from '../../model/checker.ts'
import { firstThat, told, withMore, without } from '../shared/falsify.ts'
import type { Period } from './breaker-periods.ts'
import type { WireEntry } from './wire-events.ts'

interface Instance {
  readonly periods: readonly Period[]
  readonly requests: readonly WireEntry[]
}

interface Limits {
  readonly probes?: number
  readonly graceMs?: number
  readonly skewMs?: number
  readonly opens?: (instance: string) => boolean
}

/** Ways to falsify what a breaker said and what passed it. */
export function breakerLies(
  { probes = 1, graceMs = 50, skewMs = 5, opens = () => true }: Limits,
  observe: (journal: Journal) => {
    readonly instances: readonly (Instance & { readonly name: string })[]
  },
): readonly Lie[] {
  const periodsIn = (journal: Journal, state: Period['state']) =>
    observe(journal).instances.flatMap(({ periods, requests }) =>
      periods.filter(each => each.state === state).map(period => ({ period, requests })),
    )
  return [
    {
      name: 'lets one request pass an open breaker',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(random, periodsIn(journal, 'open'), ({ period, requests: [request] }) => {
          const atMs = period.fromMs + graceMs + 1
          if (!request || atMs >= (period.toMs ?? atMs + 1 + skewMs) - skewMs) return undefined
          return told(withMore(journal, [moved(request, atMs)]), [request.index])
        }),
    },
    {
      name: 'lets one probe too many pass a half-open breaker',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(random, periodsIn(journal, 'half-open'), ({ period, requests: [request] }) => {
          const atMs = period.fromMs + skewMs
          if (!request || atMs >= (period.toMs ?? atMs + 1 + skewMs) - skewMs) return undefined
          const more = Array.from({ length: probes + 1 }, () => moved(request, atMs))
          return told(withMore(journal, more), [request.index])
        }),
    },
    {
      name: 'leaves one breaker open in the end',
      found: 'invalid',
      tell: (journal, random) =>
        firstThat(random, observe(journal).instances, ({ periods }) => {
          const [before, last] = periods.slice(-2)
          if (!before || last?.state !== 'closed' || last.end === 'exited') return undefined
          return told(without(journal, [last.entry.index]), [before.entry.index])
        }),
    },
    {
      name: 'lets the breaker of one instance never open',
      found: 'invalid',
      tell: (journal, random) => {
        const { instances } = observe(journal)
        if (instances.filter(({ periods }) => periods.length > 0).length < 2) return undefined
        return firstThat(random, instances, ({ name, periods, requests }) => {
          if (periods.length === 0 || requests.length === 0 || !opens(name)) return undefined
          const silent = without(
            journal,
            periods.map(({ entry }) => entry.index),
          )
          return told(
            silent,
            requests.map(({ index }) => index),
          )
        })
      },
    },
  ]
}

function moved({ atMs: _, sourceAtMs: __, ...rest }: WireEntry, atMs: number): WireEntry {
  return { ...rest, atMs, sourceAtMs: atMs }
}
