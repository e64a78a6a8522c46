import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { messageFault, type Which } from '../message-fault.ts'
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
