import type { Linked } from '../../../lab/model/capability.ts'
import { bandwidth } from '../../network/bandwidth.ts'
import { blackHole } from '../../network/black-hole.ts'
import { closeConnections } from '../../network/close-connections.ts'
import { connectTimeout } from '../../network/connect-timeout.ts'
import { cutAfter } from '../../network/cut-after.ts'
import { down } from '../../network/down.ts'
import { halfOpen } from '../../network/half-open.ts'
import { latency } from '../../network/latency.ts'
import { packetLoss } from '../../network/packet-loss.ts'
import { reset } from '../../network/reset.ts'
import { toxicFault } from '../../network/toxic-fault.ts'
import { thePart } from '../system-of.ts'

const part = thePart<Linked>()

/** Every fault at a connection. What is slow is so slow that no busy machine could be. */
export const faults = [
  latency(part, '1m'),
  bandwidth(part, 1),
  blackHole(part),
  reset(part),
  reset(part, { client: '127.0.0.1' }),
  closeConnections(part),
  cutAfter(part, { bytes: 1_000 }),
  halfOpen(part),
  connectTimeout(part),
  packetLoss(part, 1, { resentAfter: '10s' }),
  toxicFault('limitData', part, {
    type: 'limit_data',
    attributes: { bytes: 1_000 },
    streams: ['downstream'],
    counts: 'bytes',
  }),
  down(part),
]
