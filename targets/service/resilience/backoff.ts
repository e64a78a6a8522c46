/** Full jitter: anything between nothing and an exponentially growing, capped delay. */
export function fullJitterMs(attempt: number, baseMs: number, capMs: number): number {
  return Math.random() * Math.min(capMs, baseMs * 2 ** (attempt - 1))
}
