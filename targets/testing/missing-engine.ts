import { findEngine } from '../../lab/containers/engine.ts'
import { seek } from './seek.ts'

/**
 * Why tests in containers cannot run here, for `test.skipIf`; undefined when they can. Told loudly, with
 * the line that starts an engine. @throws {LabError} when `LAB_REQUIRE` (a list, by comma) has `docker`.
 */
export async function missingEngine(): Promise<string | undefined> {
  return (await seek('docker', () => findEngine())).missing
}
