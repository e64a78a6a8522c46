import { join } from 'node:path'
import { reservePort } from './runtime/reserve-port.ts'
import { type ServerContext, ServerPart } from './runtime/server-part.ts'
import { toxiproxyBinary } from './runtime/toxiproxy-binary.ts'

/** A running Toxiproxy, the original. */
export interface ToxiproxyServer extends ServerPart {
  /** Base URL of its HTTP API. */
  readonly adminUrl: string
}

/** @throws {LabError} when it is neither installed nor can be built. */
export async function startToxiproxy(context: ServerContext): Promise<ToxiproxyServer> {
  const { containers, guardian } = context
  const name = 'toxiproxy'
  const binary = async () => (await toxiproxyBinary(context.progress)).path
  const { port, release } = await reservePort()
  const adminUrl = `http://127.0.0.1:${port}`
  const logFile = join(context.runFolder, `${name}.log`)
  const args = ['-host', containers ? '0.0.0.0' : '127.0.0.1', '-port', `${port}`]
  await release()
  const process = containers
    ? await containers.start({ name, image: 'toxiproxy', command: args, ports: [port], logFile })
    : await guardian.spawn({ name, command: await binary(), args, logFile })
  const part = new ServerPart(context, process, { port, logFile }, async () => {
    const answer = await fetch(`${adminUrl}/version`, { signal: AbortSignal.timeout(1_000) })
    if (!answer.ok) throw new Error(`it answers ${answer.status}`)
  })
  await part.ready()
  return Object.assign(part, { adminUrl })
}
