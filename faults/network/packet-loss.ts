import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { duration, share } from '../forms/fields.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'
import { chosen, common, connections } from './form.ts'
import { connectionsOf, labelOf, type WhichConnections } from './which-connections.ts'

/**
 * What packet loss looks like above TCP, both ways: no byte is lost, but with `probability` per
 * segment all from it on waits for `resentAfter` (default 200ms, Linux's least), twice that if lost again.
 */
export function packetLoss<System extends LabSystem>(
  select: Selector<System, Linked>,
  probability: number,
  { resentAfter = '200ms', ...of }: WhichConnections & { readonly resentAfter?: Duration } = {},
): Fault<System> {
  const attributes = { probability, rto: toMs(resentAfter) }
  return ownToxicFault('packetLoss', select, {
    settings: [`${probability}`, `resent after ${resentAfter}`, ...labelOf(of)],
    toxics: (['upstream', 'downstream'] as const).map(stream => ({
      type: 'packet_loss' as const,
      stream,
      attributes,
      ...connectionsOf(of),
    })),
    counts: 'connections',
  })
}

export const form = faultForm({
  ...common,
  name: 'packetLoss',
  says: 'Segments are lost and sent again: bursts of delay.',
  settings: z.object({
    probability: share('Chance for each segment', 0.05),
    resentAfter: duration('Sent again after', '200ms'),
    connections,
  }),
  make: (select, { probability, resentAfter, connections }) =>
    packetLoss(select, probability, { resentAfter, ...chosen(connections) }),
})

export const examples: Examples<Linked> = part => [packetLoss(part, 1, { resentAfter: '10s' })]
