import { LabError } from '../../../lab/errors.ts'
import { toxiproxyBinary } from '../../../targets/runtime/toxiproxy-binary.ts'
import { isRequired } from '../../../targets/testing/missing.ts'
import type { ContestantName } from './contestant.ts'

/** Who takes part on this machine, and why somebody does not. */
export interface Contestants {
  readonly names: readonly ContestantName[]
  /** What to print, and to show as a skipped test, for each that is missing. */
  readonly missing: readonly string[]
}

/**
 * Ours, and the real Toxiproxy where it can be had. Where it cannot it is skipped loudly, unless
 * the environment's `LAB_REQUIRE` (a list, by comma) contains `toxiproxy`.
 * @throws {LabError} when Toxiproxy is required and missing.
 */
export async function contestants(): Promise<Contestants> {
  try {
    await toxiproxyBinary(message => console.warn(message))
    return { names: ['ours', 'toxiproxy'], missing: [] }
  } catch (error) {
    if (isRequired('toxiproxy') || !(error instanceof LabError)) throw error
    console.warn(`Skipped: the comparison with the real Toxiproxy.\n${error.message}`)
    return { names: ['ours'], missing: [`Toxiproxy: ${error.message.replace(/\s+/g, ' ')}`] }
  }
}
