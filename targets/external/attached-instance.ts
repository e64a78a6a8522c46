import type { ServerContext } from '../runtime/server-part.ts'
import type { Ready, Starting } from '../system/ready.ts'
import { tcp } from '../system/ready.ts'
import { SupervisedPart } from '../system/supervised-part.ts'
import type { AttachedSystem } from './attached-system.ts'

/**
 * A process of a service that runs already. Now it must accept connections; after a restart it is ready
 * as its plan says (a line of its log is one that it writes from then on).
 */
export async function attachedInstance(
  context: ServerContext,
  attached: AttachedSystem,
  name: string,
  ready: Ready,
): Promise<SupervisedPart> {
  const logFile = attached.logFileOf(name)
  const process = await attached.process(name)
  const isReached = attached.part(name).url !== undefined
  const address = isReached ? attached.addressOf(name) : { host: '127.0.0.1', port: 0 }
  const at: Starting = { ...address, logFile }
  let look: Ready = isReached ? tcp() : async () => {}
  const part = new SupervisedPart(context, process, at, () => look(at))
  await part.ready()
  look = ready
  return part
}
