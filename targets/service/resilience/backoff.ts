/** Full jitter: anything between nothing and an exponentially growing, capped delay. */
export function fullJitterMs(attempt: number, baseMs: number, capMs: number): number {
  return Math.random() * fullMs(attempt, baseMs, capMs)
}

/** Equal jitter: at least half of that delay, where an attempt too soon would be wasted. */
export function equalJitterMs(attempt: number, baseMs: number, capMs: number): number {
  return (0.5 + 0.5 * Math.random()) * fullMs(attempt, baseMs, capMs)
}

function fullMs(attempt: number, baseMs: number, capMs: number): number {
  return Math.min(capMs, baseMs * 2 ** (attempt - 1))
}
