import type { Context } from '../../lab/model/target.ts'
import type { AttachedSystem } from './attached-system.ts'

/** What runs already, where a run is of that; it is loaded for no other. */
export async function attachTo(run: Context): Promise<AttachedSystem | undefined> {
  if (!run.external) return undefined
  const { AttachedSystem } = await import('./attached-system.ts')
  return new AttachedSystem(run.external, run)
}
