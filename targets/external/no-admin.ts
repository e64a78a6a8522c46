import { LabError } from '../../lab/base/errors.ts'
import type { AttachedSystem } from './attached-system.ts'

/** Stands for what tells a peer to misbehave: a server of others that runs already cannot be told. */
export function noAdmin({ described }: AttachedSystem, name: string): never {
  throw new LabError(
    {
      code: 'not-described',
      expected: `${name} to be a peer of the lab, which can be told to misbehave`,
      found: `a server that runs already, as ${described.file} describes it`,
      why: 'Only what the lab itself plays does as it is told.',
      next: 'Hurt it on its links: latency, cutBody, httpError.',
    },
    'usage',
  )
}
