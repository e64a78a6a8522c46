/** Which commands, or messages. Texts are globs, or lists of them; every field given must fit. */
export interface CommandMatch {
  /** In any case: `SET`, `XADD`. */
  command?: string | string[]
  /** The first key. */
  key?: string | string[]
  /** Of pub/sub. */
  channel?: string | string[]
}
