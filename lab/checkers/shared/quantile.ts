/** The nearest-rank quantile of ascending numbers, rounded to 0.1; 0 for none. */
export function quantile(ascending: readonly number[], q: number): number {
  const rank = Math.max(0, Math.ceil(q * ascending.length) - 1)
  return Math.round(10 * (ascending[rank] ?? 0)) / 10
}
