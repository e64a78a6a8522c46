import { LabError } from '../../lab/errors.ts'
import { findServer, type ServerKind } from '../runtime/find-server.ts'

/**
 * Why tests of this server cannot run here, for `test.skipIf`; undefined when they can. Finds or unpacks
 * it. Where it cannot be had that is told loudly, with the line that installs it.
 * @throws {LabError} when it cannot be had and `LAB_REQUIRE` (a list, by comma) contains its name.
 */
export async function missing(kind: ServerKind): Promise<string | undefined> {
  try {
    await findServer(kind)
    return undefined
  } catch (error) {
    if (!(error instanceof LabError) || isRequired(kind.name)) throw error
    console.warn(`Skipped: the tests that need ${kind.name}.\n${error.message}`)
    return error.message
  }
}

/** Whether its absence must fail, as in CI. */
export function isRequired(name: string): boolean {
  const required = (process.env.LAB_REQUIRE ?? '').toLowerCase().split(/[\s,]+/)
  return required.includes(name.toLowerCase())
}
