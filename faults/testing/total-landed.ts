import type { Landed } from '../../lab/model/fault.ts'

/** What a fault has landed in all, however it tells it. */
export function totalLanded(landed: Landed): number {
  return typeof landed === 'number' ? landed : Object.values(landed).reduce((a, b) => a + b, 0)
}
