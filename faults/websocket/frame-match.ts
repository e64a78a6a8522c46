import type { Which } from '../message-fault.ts'
import type { MatchRequest } from '../proxy/client/toxic-request.ts'

/** Which frames. Texts are globs, or lists of them; every field given must fit. */
export interface FrameMatch {
  /** `text`, `binary`, `ping`, `pong`, `close`. */
  frame?: string | string[]
  /** `channel` of a small JSON text that is not compressed. */
  channel?: string | string[]
  /** `type` of a small JSON text that is not compressed. */
  type?: string | string[]
  /** Anything in a small text that is not compressed. */
  text?: string | string[]
}

/** Not the answer to the handshake, nor any other of HTTP. */
export function onlyFrames({ on = {} }: Which<FrameMatch>): MatchRequest {
  return { frame: on.frame ?? '*' }
}
