import type { Linked } from '../../../lab/model/capability.ts'
import { corruptReply } from '../../redis/corrupt-reply.ts'
import { cutCommand } from '../../redis/cut-command.ts'
import { delayReply } from '../../redis/delay-reply.ts'
import { doubleCommand } from '../../redis/double-command.ts'
import { doublePubSub } from '../../redis/double-pub-sub.ts'
import { dropPubSub } from '../../redis/drop-pub-sub.ts'
import { loseReply } from '../../redis/lose-reply.ts'
import { redirect } from '../../redis/redirect.ts'
import { redisError } from '../../redis/redis-error.ts'
import { reorderPubSub } from '../../redis/reorder-pub-sub.ts'
import { staleReply } from '../../redis/stale-reply.ts'
import { thePart } from '../system-of.ts'

const part = thePart<Linked>()

/** Every fault at a message of Redis. */
export const faults = [
  redisError(part, 'READONLY'),
  redirect(part, { kind: 'MOVED', slot: 1, address: '127.0.0.1:7001' }),
  loseReply(part),
  cutCommand(part),
  delayReply(part, '1m'),
  doubleCommand(part),
  corruptReply(part, 1),
  staleReply(part),
  dropPubSub(part),
  doublePubSub(part),
  reorderPubSub(part),
]
