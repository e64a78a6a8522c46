import { z } from 'zod'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultFiles } from './fault-files.ts'
import { type PartSystem, thePart } from './system-of.ts'

/**
 * All that the files of a room export as `examples`, of one kind, in the order of the files: another process finds the same.
 * @param selector file URL of the module that exports `part`, by which they find it; default: it is the part.
 */
export async function examplesOf<Part>(
  room: string,
  kind: Fault['kind'],
  selector?: string,
): Promise<readonly Fault<PartSystem<Part>>[]> {
  const part = selector === undefined ? thePart<Part>() : await selectorIn<Part>(selector)
  const files = (await faultFiles<Part>()).filter(file => file.room === room)
  return files
    .flatMap(({ examples }) => examples?.(part) ?? [])
    .filter(fault => fault.kind === kind)
}

async function selectorIn<Part>(module: string) {
  const isSelector = z.custom<Selector<PartSystem<Part>, Part>>(one => typeof one === 'function')
  return z.object({ part: isSelector }).parse({ ...(await import(module)) }).part
}
