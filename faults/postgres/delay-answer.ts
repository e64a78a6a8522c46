import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { duration } from '../forms/fields.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import type { AnswerMatch } from './statement-match.ts'

/** Holds the answer for `delay`; what comes after it on its connection waits too. */
export function delayAnswer<System extends LabSystem>(
  select: Selector<System, Linked>,
  delay: Duration,
  which: Which<AnswerMatch> = {},
): Fault<System> {
  return messageFault('delay-answer', select, which, {
    type: 'message_delay',
    stream: 'downstream',
    attributes: { delay: toMs(delay) },
    protocols: ['postgres'],
  })
}

export const form = faultForm({
  ...common,
  name: 'delayAnswer',
  says: 'Answers to some statements come later.',
  settings: z.object({ delay: duration('Delay', '500ms'), ...matching }),
  make: (select, { delay, ...asked }) => delayAnswer(select, delay, chosen(asked)),
})

export const examples: Examples<Linked> = part => [delayAnswer(part, '1m')]
