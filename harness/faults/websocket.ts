/** Faults at single frames of web sockets. */
export { closeSocket } from '../../faults/websocket/close-socket.ts'
export { cutFrame } from '../../faults/websocket/cut-frame.ts'
export { delayFrame } from '../../faults/websocket/delay-frame.ts'
export { doubleFrame } from '../../faults/websocket/double-frame.ts'
export { dropFrame } from '../../faults/websocket/drop-frame.ts'
export { plainSockets } from '../../faults/websocket/plain-sockets.ts'
export { reorderFrames } from '../../faults/websocket/reorder-frames.ts'
