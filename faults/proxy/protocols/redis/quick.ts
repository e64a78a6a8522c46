import { type Command, knownCommand } from './commands.ts'
import type { KeyPlace } from './key-places.ts'

const CR = 13
const LF = 10
const longestLine = 64

/** A usual command that lies whole in one chunk, found without going byte by byte. */
export class QuickCommand {
  command: Command | undefined
  count = 0
  keyFrom = 0
  keyTo = 0

  /**
   * Returns where the command that begins at `at` ends; 0 when it is to be read step by step, as it is
   * where keys are wanted that are not a single one in a known place.
   */
  find(chunk: Buffer, at: number, wantsKeys: boolean): number {
    const size = chunk.length
    if (at + 14 > size) return 0
    const count = (chunk[at + 1] ?? 0) - 48
    if (count < 1 || count > 9 || chunk[at + 2] !== CR || chunk[at + 3] !== LF) return 0
    this.count = count
    this.keyTo = 0
    let next = at + 4
    let keyAt = 0
    for (let index = 0; index < count; index++) {
      if (next + 4 > size || chunk[next] !== 36) return 0
      const header = bulkHeader(chunk, next + 1)
      if (header === 0) return 0
      const from = next + 1 + (header & 15)
      const to = from + (header >> 4)
      next = to + 2
      if (next > size || chunk[to] !== CR) return 0
      if (index === 0) {
        this.command = knownCommand(chunk, from, to)
        if (!this.command || this.command.isSpecial) return 0
        if (wantsKeys) {
          keyAt = singleKey(this.command.keyPlace, count)
          if (keyAt < 0) return 0
        }
      } else if (index === keyAt) {
        this.keyFrom = from
        this.keyTo = to
      }
    }
    return next
  }
}

/** Index of the only key; 0 where there is none, -1 where there may be more. */
function singleKey(place: KeyPlace, count: number): number {
  if (place.by === 'none') return 0
  if (place.by !== 'range') return -1
  const last = place.last < 0 ? count + place.last : place.last
  return last === place.first ? last : -1
}

/** Where the simple reply that begins at `at` ends: `+…`, `:…` or a bulk string; else 0. */
export function quickReply(chunk: Buffer, at: number): number {
  const size = chunk.length
  const type = chunk[at]
  if (type === 36) {
    const header = bulkHeader(chunk, at + 1)
    if (header === 0) return 0
    const next = at + 1 + (header & 15) + (header >> 4) + 2
    return next > size ? 0 : next
  }
  if (type !== 43 && type !== 58) return 0
  const stop = Math.min(size, at + longestLine)
  for (let i = at + 1; i < stop; i++) if (chunk[i] === LF) return i + 1
  return 0
}

/** `<digits>\r\n` as length × 16 + bytes read; 0 when it is not whole, or not that simple. */
function bulkHeader(chunk: Buffer, at: number): number {
  let value = 0
  const stop = Math.min(chunk.length - 1, at + 8)
  for (let i = at; i < stop; i++) {
    const digit = (chunk[i] ?? 0) - 48
    if (digit >= 0 && digit <= 9) value = value * 10 + digit
    else if (digit === CR - 48 && chunk[i + 1] === LF && i > at) return value * 16 + (i + 2 - at)
    else return 0
  }
  return 0
}
