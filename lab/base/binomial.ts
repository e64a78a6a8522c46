/**
 * The smallest share p of bad samples that would have been seen, with 95 % certainty, as a share above
 * `bound` among `samples` independent ones: the probability that at most `bound × samples` of them are
 * bad is 5 %. At least `bound` itself; 1 where even that could pass.
 */
export function leastVisibleShare(samples: number, bound: number): number {
  const mostBad = Math.floor(bound * samples)
  let [low, high] = [bound, 1]
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2
    if (atMostBad(mostBad, samples, middle) > 0.05) low = middle
    else high = middle
  }
  return high
}

/** P(X ≤ k) for X ~ Binomial(n, p) and 0 < p < 1, by its recurrence in logarithms. */
function atMostBad(k: number, n: number, p: number): number {
  if (k >= n) return 1
  const odds = Math.log(p) - Math.log1p(-p)
  let logTerm = n * Math.log1p(-p)
  let sum = Math.exp(logTerm)
  for (let i = 0; i < k; i++) {
    logTerm += Math.log((n - i) / (i + 1)) + odds
    sum += Math.exp(logTerm)
  }
  return Math.min(1, sum)
}
