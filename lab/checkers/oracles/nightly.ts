/** How many of 1,000 histories a property is tried on: a quarter, and 20 times as many where `LAB_NIGHTLY` is set. */
export function histories(of: number): number {
  return process.env.LAB_NIGHTLY ? 20 * of : of / 4
}

/** Enough time for that many. */
export function patienceMs(usual: number): number {
  return process.env.LAB_NIGHTLY ? 20 * usual : usual
}
