import { toxiproxyBinary } from '../../../targets/runtime/toxiproxy-binary.ts'
import { seek } from '../../../targets/testing/seek.ts'
import type { ContestantName } from './contestant.ts'

/** Who takes part on this machine, and why somebody does not. */
export interface Contestants {
  readonly names: readonly ContestantName[]
  /** To show as a skipped test, for each that is missing. */
  readonly missing: readonly string[]
}

/**
 * Ours, and the real Toxiproxy where it can be had. Where it cannot it is skipped loudly, unless
 * the environment's `LAB_REQUIRE` (a list, by comma) contains `toxiproxy`.
 * @throws {LabError} when Toxiproxy is required and missing.
 */
export async function contestants(): Promise<Contestants> {
  const real = await seek('Toxiproxy', () => toxiproxyBinary(message => console.warn(message)))
  if (real.found) return { names: ['ours', 'toxiproxy'], missing: [] }
  return { names: ['ours'], missing: [`Toxiproxy: ${real.missing.replace(/\s+/g, ' ')}`] }
}
