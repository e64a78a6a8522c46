import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Undo } from '../../lab/model/ledger.ts'
import { undoArgs as runArgs } from './remove-run.ts'
import { tellContainer } from './tell-container.ts'

export const undoArgs = z.object({
  address: runArgs.shape.address,
  container: z.string().regex(/^[0-9a-f]{12,64}$/),
  action: z.enum(['start', 'unpause']),
})
/** An engine is asked, which may be busy with other containers. */
export const undoWithinMs = 15_000
const tellWithinMs = 20_000
type Args = z.infer<typeof undoArgs>

/** What an undo needs of a container of this very process. */
interface Undoable {
  startAgain(): Promise<void>
  goOn(): Promise<void>
}

/** The containers that this process has started, by id: so that their journal tells what an undo did. */
export const ownContainers = new Map<string, Undoable>()

export function containerUndo(args: Args): Undo {
  return { module: import.meta.url, args: { ...args } }
}

/** Starts or continues one container; one that is gone, or as it should be, is done. */
export async function undo(args: Json): Promise<void> {
  const { address, container, action } = undoArgs.parse(args)
  const own = ownContainers.get(container)
  if (own) return action === 'start' ? own.startAgain() : own.goOn()
  await tellContainer(address, container, action, tellWithinMs)
}
