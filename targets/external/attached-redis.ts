import { withClient } from '../runtime/redis-node.ts'
import { type ServerContext, ServerPart } from '../runtime/server-part.ts'
import type { AttachedSystem } from './attached-system.ts'

/** A Redis server or Sentinel that runs already, at the URL of its part. */
export async function attachedRedis(
  context: ServerContext,
  attached: AttachedSystem,
  name: string,
): Promise<ServerPart> {
  const at = { ...attached.addressOf(name), logFile: attached.logFileOf(name) }
  const process = await attached.process(name)
  const { host, port } = at
  const part = new ServerPart(context, process, at, () =>
    withClient({ host, port }, async client => {
      await client.ping()
    }),
  )
  await part.ready()
  return part
}
