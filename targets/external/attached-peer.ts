import type { PeerAdmin } from '../peers/peer-admin.ts'
import { type ServerContext, ServerPart } from '../runtime/server-part.ts'
import { tcp } from '../system/ready.ts'
import type { AttachedSystem } from './attached-system.ts'
import { noAdmin } from './no-admin.ts'

/** A server of others that runs already: it can be hurt on its links, and is not told to misbehave. */
export class AttachedPeer<FaultRequest> extends ServerPart {
  readonly url: string
  readonly #attached: AttachedSystem

  private constructor(attached: AttachedSystem, ...[context, process, at]: PeerParts) {
    super(context, process, at, () => tcp()(at))
    this.url = attached.urlOf(process.name)
    this.#attached = attached
  }

  static async at<FaultRequest>(
    context: ServerContext,
    attached: AttachedSystem,
    name: string,
  ): Promise<AttachedPeer<FaultRequest>> {
    const at = { ...attached.addressOf(name), logFile: attached.logFileOf(name) }
    return new AttachedPeer<FaultRequest>(attached, context, await attached.process(name), at)
  }

  get admin(): PeerAdmin<FaultRequest> {
    return noAdmin(this.#attached, this.name)
  }
}

type PeerParts = readonly [
  ConstructorParameters<typeof ServerPart>[0],
  ConstructorParameters<typeof ServerPart>[1],
  { readonly host: string; readonly port: number; readonly logFile: string },
]
