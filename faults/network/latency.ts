import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { duration } from '../forms/fields.ts'
import { ownToxicFault } from '../own-toxic-fault.ts'
import { chosen, common, connections } from './form.ts'
import { toxicFault } from './toxic-fault.ts'
import { connectionsOf, isSelective, labelOf, type WhichConnections } from './which-connections.ts'

/**
 * Delays every answer by `delay`, give or take `jitter` (uniform; default none). Of one client, or of
 * the present connections, only where our own proxy injects.
 */
export function latency<System extends LabSystem>(
  select: Selector<System, Linked>,
  delay: Duration,
  jitter: Duration = '0ms',
  of: WhichConnections = {},
): Fault<System> {
  const attributes = { latency: toMs(delay), jitter: toMs(jitter) }
  const amount = jitter === '0ms' ? delay : `${delay} ± ${jitter}`
  if (isSelective(of)) {
    return ownToxicFault('latency', select, {
      settings: [amount, ...labelOf(of)],
      toxics: [{ type: 'latency', stream: 'downstream', attributes, ...connectionsOf(of) }],
      counts: 'bytes',
    })
  }
  return toxicFault(
    'latency',
    select,
    { type: 'latency', attributes, streams: ['downstream'], counts: 'bytes' },
    amount,
  )
}

export const form = faultForm({
  ...common,
  name: 'latency',
  says: 'Every answer comes later.',
  settings: z.object({
    delay: duration('Delay', '200ms'),
    jitter: duration('Give or take', '0ms'),
    connections,
  }),
  make: (select, { delay, jitter, connections }) =>
    latency(select, delay, jitter === '0ms' ? '0ms' : jitter, chosen(connections)),
})

export const examples: Examples<Linked> = part => [latency(part, '1m')]
