import type { Message } from '../../contracts/protocol.ts'

/**
 * Hears of the messages of one direction, in order: `head` once for each, then `end`. Each byte
 * belongs to exactly one message, which begins where the one before it ended.
 */
export interface Sink {
  head(message: Message): void
  /** The message ended before `offset` of the chunk being read. */
  end(offset: number): void
  /** The connection cannot be read any further, and passes untouched. */
  unparsed(why: string): void
}

/**
 * A pure incremental parser: it calls its sink and never changes, keeps or delays a byte, never
 * throws, and remembers at most `HEAD_LIMIT` bytes. Chunk borders make no difference.
 */
export interface Scanner {
  read(chunk: Buffer): void
}
