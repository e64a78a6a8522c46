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
import {
  type ChannelOptions,
  isConfirmed,
  type Seen,
  type Send,
  sendsOf,
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
    const tell = (journal: Journal, random: Random) =>
      firstThat(random, deliveriesOf(journal, workload, options), each => change(journal, each))
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

/** Frames of confirmed messages that their subscriber has a right to. */
function deliveriesOf(
  journal: Journal,
  workload: Named,
  options: ChannelOptions,
): readonly Delivery[] {
  const { sends } = sendsOf(journal, workload, options)
  return viewsOf(journal, workload, options).views.flatMap(({ since, seen }) =>
    seen.flatMap((each, place) => {
      const send = sends.get(each.frame.id)
      const first = send?.attempts[0]
      if (!send || !first || !isConfirmed(send) || since === undefined) return []
      if (first.invokeIndex < since || !send.attempts.every(isOk)) return []
      const next = seen[place + 1]
      return [{ ...each, send, next: next?.frame.id === each.frame.id ? undefined : next }]
    }),
  )
}

function touchedBy({ entry, send }: Delivery): readonly number[] {
  return [entry.index, ...indicesOf(send.attempts)]
}
