import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { RedisError } from '../proxy/protocols/faults/redis-errors.ts'
import type { CommandMatch } from './command-match.ts'

/** Answers commands with an error, in their turn; inside a MULTI the transaction is discarded. */
export function redisError<System extends LabSystem>(
  select: Selector<System, Linked>,
  error: RedisError,
  which: Which<CommandMatch> = {},
): Fault<System> {
  return messageFault('redis-error', select, which, {
    type: 'redis_error',
    stream: 'upstream',
    attributes: { error },
    protocols: ['redis'],
  })
}
