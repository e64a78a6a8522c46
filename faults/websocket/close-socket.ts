import { z } from 'zod'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { whole } from '../forms/fields.ts'
import { messageFault, type Which } from '../message-fault.ts'
import { chosen, common, matching } from './form.ts'
import { type FrameMatch, onlyFrames } from './frame-match.ts'

/** Closes the web socket at a frame to the client with this code; 1006 is a reset without a word. */
export function closeSocket<System extends LabSystem>(
  select: Selector<System, Linked>,
  code: number,
  which: Which<FrameMatch> = {},
): Fault<System> {
  return messageFault('close-socket', select, which, {
    type: 'websocket_close',
    stream: 'downstream',
    attributes: { code },
    protocols: ['websocket'],
    only: onlyFrames(which),
  })
}

export const form = faultForm({
  ...common,
  name: 'closeSocket',
  says: 'Sockets are closed with a code.',
  settings: z.object({ code: whole('Close code', 1012, 1000, 4999), ...matching }),
  make: (select, { code, ...asked }) => closeSocket(select, code, chosen(asked)),
})

export const examples: Examples<Linked> = part => [closeSocket(part, 1012)]
