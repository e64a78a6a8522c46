import { findServer, type ServerKind } from '../runtime/find-server.ts'
import { seek } from './seek.ts'

/**
 * Why tests of this server cannot run here, for `test.skipIf`; undefined when they can. Finds or unpacks
 * it. Where it cannot be had that is told loudly, with the line that installs it.
 * @throws {LabError} when it cannot be had and `LAB_REQUIRE` (a list, by comma) contains its name.
 */
export async function missing(kind: ServerKind): Promise<string | undefined> {
  return (await seek(kind.name, () => findServer(kind))).missing
}
