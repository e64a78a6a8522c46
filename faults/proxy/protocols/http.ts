import type { Protocol } from '../contracts/protocol.ts'
import { HttpSession } from './http/session.ts'

/** HTTP/1.1, and WebSocket after its upgrade. */
export const protocol: Protocol = { name: 'http', open: () => new HttpSession() }
