import type { Which } from '../message-fault.ts'
import type { MatchRequest } from '../proxy/client/toxic-request.ts'

/** Which commands, or replies to them. Texts are globs, or lists of them; every field given must fit. */
export interface CommandMatch {
  /** In any case: `SET`, `XADD`. */
  command?: string | string[]
  /** Any of its keys. */
  key?: string | string[]
  /** Of PUBLISH, SUBSCRIBE and its kin. */
  channel?: string | string[]
}

/** No push. */
export function onlyReplies({ on = {} }: Which<CommandMatch>): MatchRequest {
  return { command: on.command ?? '*' }
}
