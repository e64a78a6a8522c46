import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { messageFault, type Which } from '../message-fault.ts'
import type { RedisError } from '../proxy/protocols/faults/redis-errors.ts'
import { redisErrors } from '../proxy/protocols/faults/redis-errors.ts'
import type { CommandMatch } from './command-match.ts'
import { chosen, common, matching } from './form.ts'

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

export const form = faultForm({
  ...common,
  name: 'redisError',
  says: 'Commands are answered with an error of Redis.',
  settings: z.object({
    error: z.enum(redisErrors).default('LOADING').meta({ title: 'Error' }),
    ...matching,
  }),
  make: (select, { error, ...asked }) => redisError(select, error, chosen(asked)),
})

export const examples: Examples<Linked> = part => [redisError(part, 'READONLY')]
