import type { Linked } from '../../../lab/model/capability.ts'
import { closeSocket } from '../../websocket/close-socket.ts'
import { cutFrame } from '../../websocket/cut-frame.ts'
import { delayFrame } from '../../websocket/delay-frame.ts'
import { doubleFrame } from '../../websocket/double-frame.ts'
import { dropFrame } from '../../websocket/drop-frame.ts'
import { plainSockets } from '../../websocket/plain-sockets.ts'
import { reorderFrames } from '../../websocket/reorder-frames.ts'
import { thePart } from '../system-of.ts'

const part = thePart<Linked>()

/** Every fault at a web socket. */
export const faults = [
  closeSocket(part, 1012),
  dropFrame(part),
  doubleFrame(part),
  reorderFrames(part),
  delayFrame(part, '1m'),
  cutFrame(part),
  plainSockets(part),
]
