import { watchStolen } from '../shared/stolen.ts'

/**
 * The most of the processors' time the host may take during a turn. Ten times as much moved the p99
 * of a latency by a factor of ten, of either proxy; up to this its spread was that of a quiet machine.
 */
export const MOST_STOLEN = 0.005
export const MOST_TRIES = 5

export interface Turn<T> {
  readonly found: T
  /** Share of the processors' time the host took meanwhile. */
  readonly stolen: number
  readonly tries: number
}

/**
 * Plays a turn, and again while the host took too much of the machine; keeps the least disturbed.
 * What was found has no say in it.
 */
export async function undisturbed<T>(
  play: () => Promise<T>,
  watch: () => () => number = watchStolen,
): Promise<Turn<T>> {
  let best: Turn<T> | undefined
  for (let tries = 1; ; tries++) {
    const share = watch()
    const found = await play()
    const stolen = share()
    if (!best || stolen < best.stolen) best = { found, stolen, tries }
    if (stolen <= MOST_STOLEN || tries === MOST_TRIES) return { ...best, tries }
  }
}
