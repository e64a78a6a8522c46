import type { Random } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Lie, Told } from '../../model/checker.ts'
import {
  changed,
  endedAs,
  firstThat,
  indicesOf,
  refusal,
  told,
  withMore,
  without,
} from '../shared/falsify.ts'
import { isOk, type Named } from '../shared/history.ts'
import { remembered } from '../shared/remembered.ts'
import {
  type ChannelOptions,
  type Seen,
  type Send,
  sendsOf,
  type View,
  viewsOf,
} from './channel-views.ts'

interface Delivery extends Seen {
  readonly send: Send
  /** The next frame of another message in the same view. */
  readonly next: Seen | undefined
}

/** Ways to falsify what subscribers saw of confirmed messages. */
export function channelLies(workload: Named, options: ChannelOptions): readonly Lie[] {
  const lie = (
    name: string,
    change: (journal: Journal, delivery: Delivery) => Told | undefined,
  ): Lie => {
    const tell = (journal: Journal, random: Random) => {
      const { views } = viewsOf(journal, workload, options)
      const { sends } = sendsOf(journal, workload, options)
      return firstThat(random, owedIn(views, sends), ({ view, owed }) =>
        firstThat(random, owed, each => {
          const delivery = deliveryOf(view, each, sends)
          return delivery && change(journal, delivery)
        }),
      )
    }
    return { name, found: 'invalid', tell }
  }
  return [
    lie('takes one frame of a confirmed message from one subscriber', (journal, each) =>
      told(without(journal, [each.entry.index]), touchedBy(each)),
    ),
    lie('delivers one frame twice', (journal, each) =>
      told(withMore(journal, [each.entry]), touchedBy(each)),
    ),
    lie('delivers two frames to one subscriber in the wrong order', (journal, each) => {
      const { entry, next } = each
      if (!next) return undefined
      const values = new Map([
        [entry.index, next.entry],
        [next.entry.index, entry],
      ])
      const swapped = changed(journal, [...values.keys()], one => {
        const other = values.get(one.index)
        return one.kind === 'observed' && other?.kind === 'observed'
          ? { ...one, value: other.value }
          : one
      })
      return told(swapped, [entry.index, next.entry.index])
    }),
    lie('calls one confirmed message refused', (journal, each) =>
      told(endedAs(journal, each.send.attempts, refusal), touchedBy(each)),
    ),
  ]
}

/** Of each view, where there are any, the frames of confirmed messages it has a right to. */
const owedIn = remembered((views: readonly View[], sends: ReadonlyMap<string, Send>) => {
  const since = new Map(
    [...sends].flatMap(([id, { attempts }]) => {
      const [first] = attempts
      return first && attempts.every(isOk) ? [[id, first.invokeIndex]] : []
    }),
  )
  const isOwed = (view: View, { frame }: Seen) => {
    const from = since.get(frame.id)
    return view.since !== undefined && from !== undefined && from >= view.since
  }
  return views
    .map(view => ({ view, owed: view.seen.filter(each => isOwed(view, each)) }))
    .filter(({ owed }) => owed.length > 0)
})

function deliveryOf(
  { seen }: View,
  each: Seen,
  sends: ReadonlyMap<string, Send>,
): Delivery | undefined {
  const send = sends.get(each.frame.id)
  const next = seen[seen.indexOf(each) + 1]
  const other = next?.frame.id === each.frame.id ? undefined : next
  return send && { ...each, send, next: other }
}

function touchedBy({ entry, send }: Delivery): readonly number[] {
  return [entry.index, ...indicesOf(send.attempts)]
}
