import type { Linked } from '../../lab/model/capability.ts'
import type { Meter } from '../../lab/model/meter.ts'
import type { Context } from '../../lab/model/target.ts'
import type { ServerContext } from '../runtime/server-part.ts'
import type { Reach } from './reach.ts'
import type { Wires } from './wires.ts'

/** What starting a part takes. */
export interface Setting {
  /** The name it has in the system: of its process, its links and its log. */
  readonly name: string
  readonly context: Context & Pick<ServerContext, 'attached'>
  readonly wires: Wires
  /** Where relative paths and commands begin. */
  readonly cwd: string
}

/** A server as written in a system: nothing runs yet. `Part` is what faults may be aimed at. */
export interface PartPlan<Part extends Linked> {
  readonly kind: string
  start(setting: Setting): Promise<StartedPart<Part>>
}

/** A server that runs. Disposing it ends it. */
export interface StartedPart<Part extends Linked> extends AsyncDisposable {
  /** What a fault is aimed at when it strikes. */
  pick(): Part | Promise<Part>
  /** Where it is itself, past any link: for migrations, and to look at before links are made. */
  readonly direct: Reach
  /** Where this consumer shall look for it, by links of its own. */
  reachBy(consumer: string): Promise<Reach>
  readonly meters: readonly Meter[]
  /** Version, number of nodes: for the report. */
  readonly description: string
}
