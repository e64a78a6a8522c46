import type { Socket } from 'node:net'

/** Who reads from an end. */
export interface Reader {
  /** `borrowed`: the memory is the end's own, and only safe until the end reads again. */
  read(chunk: Buffer, borrowed: boolean): void
  ended(): void
}

/**
 * One side of a connection: its socket, read and written with as little as possible in between.
 * FIN, errors and closing stay the socket's own events and methods.
 */
export interface End {
  readonly socket: Socket
  /** Starts reading. */
  start(reader: Reader): void
  pause(): void
  /** Continues after `pause`. */
  resume(): void
  /** False when the kernel took not all of it: stop, until `drained` is called. */
  write(data: Buffer): boolean
  drained: () => void
  /** RST, and gone. */
  reset(): void
  /** From now on reads, and forgets what it read. */
  ignore(): void
}

/** The most one read brings. An end that got so much waits for a turn of the loop, so that a bulk
 * stream does not starve its neighbours. */
export const READ_SIZE = 65_536

const waiting: (() => void)[] = []
let turns = 0

/** Calls back in the next turn of the loop, with all others who asked. */
export function nextTurn(call: () => void): void {
  if (waiting.push(call) === 1) setImmediate(takeTurns)
}

/** How often those who waited were called back so far. */
export function turnsTaken(): number {
  return turns
}

function takeTurns(): void {
  turns++
  for (const call of waiting.splice(0)) call()
}
