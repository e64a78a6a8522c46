import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { duration } from '../forms/fields.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { type CommandMatch, onlyReplies } from './command-match.ts'
import { chosen, common, matching } from './form.ts'

/** Holds the reply for `delay`; what comes after it on its connection waits too. */
export function delayReply<System extends LabSystem>(
  select: Selector<System, Linked>,
  delay: Duration,
  which: Which<CommandMatch> = {},
): Fault<System> {
  return messageFault('delay-reply', select, which, {
    type: 'message_delay',
    stream: 'downstream',
    attributes: { delay: toMs(delay) },
    protocols: ['redis'],
    only: onlyReplies(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'delayReply',
  says: 'Replies to some commands come later.',
  settings: z.object({ delay: duration('Delay', '500ms'), ...matching }),
  make: (select, { delay, ...asked }) => delayReply(select, delay, chosen(asked)),
})

export const examples: Examples<Linked> = part => [delayReply(part, '1m')]
