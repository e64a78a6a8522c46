import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { duration, whole } from '../forms/fields.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'
import { chosen, common, connections } from './form.ts'
import { toxicFault } from './toxic-fault.ts'
import { connectionsOf, isSelective, labelOf, type WhichConnections } from './which-connections.ts'

/**
 * Data arrive in pieces of `bytes` (default 1), both ways, each `every` (default 10ms) after the one
 * before: a message in many reads, and reads that end in the middle of a character. No byte is lost. Of
 * one client, or of the present connections, only where our own proxy injects.
 */
export function slicer<System extends LabSystem>(
  select: Selector<System, Linked>,
  {
    bytes = 1,
    every = '10ms',
    ...of
  }: WhichConnections & { readonly bytes?: number; readonly every?: Duration } = {},
): Fault<System> {
  // A toxic takes microseconds.
  const attributes = { average_size: bytes, size_variation: 0, delay: toMs(every) * 1_000 }
  const streams = ['upstream', 'downstream'] as const
  const amount = `${bytes} B each ${every}`
  if (isSelective(of)) {
    return ownToxicFault('slicer', select, {
      settings: [amount, ...labelOf(of)],
      toxics: streams.map(stream => ({
        type: 'slicer' as const,
        stream,
        attributes,
        ...connectionsOf(of),
      })),
      counts: 'bytes',
    })
  }
  return toxicFault(
    'slicer',
    select,
    { type: 'slicer', attributes, streams, counts: 'bytes' },
    amount,
  )
}

export const form = faultForm({
  ...common,
  name: 'slicer',
  says: 'Data arrive in small pieces.',
  settings: z.object({
    bytes: whole('Bytes of a piece', 1, 1, 1_000_000),
    every: duration('A piece each', '10ms'),
    connections,
  }),
  make: (select, { bytes, every, connections }) =>
    slicer(select, { bytes, every, ...chosen(connections) }),
})

export const examples: Examples<Linked> = part => [slicer(part, { every: '1m' })]
