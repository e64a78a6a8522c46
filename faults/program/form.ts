import type { PartNeed } from '../../lab/model/fault-form.ts'
import { has } from '../forms/needs.ts'
import type { NodeProcess } from './event-loop-stall.ts'

const aNodeProcess: PartNeed<NodeProcess> = {
  says: 'a Node process',
  is: (part): part is NodeProcess => has(part, 'node', 'processId', 'links', 'logFile'),
}

/** What the forms of faults inside a running program have in common. */
export const common = { family: 'process', of: aNodeProcess }
