/**
 * The length of the shortest beginning of a history that fails, of those from 1 to `length`; that of
 * `length` does, and whatever begins with one that fails does. Asked for short ones first, because
 * they are cheap to judge.
 */
export function shortestFailing(length: number, fails: (length: number) => boolean): number {
  let passing = 0
  let failing = length
  for (let most = 16; most < length; most *= 4) {
    if (fails(most)) {
      failing = most
      break
    }
    passing = most
  }
  while (failing - passing > 1) {
    const middle = Math.floor((passing + failing) / 2)
    if (fails(middle)) failing = middle
    else passing = middle
  }
  return failing
}
