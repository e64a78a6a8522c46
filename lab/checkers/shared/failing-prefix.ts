/**
 * The length of the shortest beginning of a history that fails, of those longer than `passing` and
 * up to `length`; that of `length` does, and whatever begins with one that fails does. Asked for
 * short ones first, because they are cheap to judge.
 */
export function shortestFailing(
  length: number,
  fails: (length: number) => boolean,
  passing = 0,
): number {
  let most = passing
  let failing = length
  for (let step = 1; most + step < length; step *= 4) {
    if (fails(most + step)) {
      failing = most + step
      break
    }
    most += step
  }
  while (failing - most > 1) {
    const middle = Math.floor((most + failing) / 2)
    if (fails(middle)) failing = middle
    else most = middle
  }
  return failing
}
