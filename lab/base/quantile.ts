/** The nearest-rank quantile of ascending numbers, rounded to 0.1; 0 for none. */
export function quantile(ascending: ArrayLike<number>, q: number): number {
  return Math.round(10 * nearestRank(ascending, q)) / 10
}

/** The same as it is. */
export function nearestRank(ascending: ArrayLike<number>, q: number): number {
  const rank = Math.max(0, Math.ceil(q * ascending.length) - 1)
  return ascending[rank] ?? 0
}
