import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { choice, whole } from '../forms/fields.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'
import { chosen, common, connections } from './form.ts'
import { connectionsOf, labelOf, type WhichConnections } from './which-connections.ts'

/** After so many bytes of the answers, or so long since the fault met the connection; idle ones too. */
export type CutPoint =
  | { readonly bytes: number; readonly after?: Duration }
  | { readonly bytes?: undefined; readonly after: Duration }

/** Resets each connection, or ends it with FIN, at the point given; of two at the earlier. */
export function cutAfter<System extends LabSystem>(
  select: Selector<System, Linked>,
  { bytes, after }: CutPoint,
  { how = 'rst', ...of }: WhichConnections & { readonly how?: 'rst' | 'fin' } = {},
): Fault<System> {
  const attributes = {
    ...(bytes !== undefined && { bytes }),
    ...(after !== undefined && { after: toMs(after) }),
  }
  const points = [bytes === undefined ? [] : `${bytes} bytes`, after ?? []].flat()
  return ownToxicFault('cutAfter', select, {
    settings: [points.join(' or '), how, ...labelOf(of)],
    toxics: [{ type: how, stream: 'downstream', attributes, ...connectionsOf(of) }],
    counts: 'connections',
  })
}

export const form = faultForm({
  ...common,
  name: 'cutAfter',
  says: 'Each connection ends after so many bytes of answers.',
  settings: z.object({
    bytes: whole('Bytes of answers', 2_000, 1, 1_000_000_000),
    how: choice('How it ends', ['rst', 'fin']),
    connections,
  }),
  make: (select, { bytes, how, connections }) =>
    cutAfter(select, { bytes }, { how, ...chosen(connections) }),
})

export const examples: Examples<Linked> = part => [cutAfter(part, { bytes: 1_000 })]
