import type { End } from './end.ts'
import { fastEnds } from './fast-end.ts'
import { PublicEnd } from './public-end.ts'
import type { Transport } from './tls.ts'

/** `PROXY_FAST_PATH=off` forces the documented API, to compare and to test the fallback. */
const fast = process.env.PROXY_FAST_PATH === 'off' ? undefined : fastEnds()

/** The fastest end this Node has for this socket. It must be connected, or about to be. */
export function openEnd(transport: Transport): End {
  return fast?.(transport.socket) ?? new PublicEnd(transport)
}
