/** How many histories a property is tried on: 20 times as many where `LAB_NIGHTLY` is set. */
export function histories(usual: number): number {
  return process.env.LAB_NIGHTLY ? 20 * usual : usual
}

/** Enough time for that many. */
export function patienceMs(usual: number): number {
  return process.env.LAB_NIGHTLY ? 20 * usual : usual
}
