/** `1:02:03`, or `02:03` in the first hour. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  const two = (n: number) => `${n}`.padStart(2, '0')
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`
}

/** A count as people read it: `12.3k`. */
export function short(count: number): string {
  if (count < 1_000) return `${Math.round(count)}`
  if (count < 1_000_000) return `${(count / 1_000).toFixed(count < 10_000 ? 1 : 0)}k`
  return `${(count / 1_000_000).toFixed(1)}M`
}

/** `short`, with what a small number has behind its point: `0.5`. */
export function exact(value: number): string {
  return value < 10 ? `${Math.round(100 * value) / 100}` : short(value)
}
