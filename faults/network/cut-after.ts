import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'
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
