import { type Postgres, withPostgres } from '../runtime/postgres-server.ts'
import { type ServerContext, ServerPart } from '../runtime/server-part.ts'
import type { AttachedSystem } from './attached-system.ts'

/** A Postgres that runs already, at the URL of its part. */
export async function attachedPostgres(
  context: ServerContext,
  attached: AttachedSystem,
  name: string,
): Promise<Postgres> {
  const url = attached.urlOf(name)
  const logFile = attached.logFileOf(name)
  const process = await attached.process(name)
  const at = { ...attached.addressOf(name), logFile }
  const part = new ServerPart(context, process, at, async () => {
    await versionOf(url)
  })
  await part.ready()
  const urlVia = ({ host, port }: { readonly host: string; readonly port: number }) =>
    url.replace(new URL(url).host, `${host}:${port}`)
  // Its files are its own: what needs them is refused (`data-folder`).
  return Object.assign(part, { url, urlVia, dataFolder: '', version: await versionOf(url) })
}

async function versionOf(url: string): Promise<string> {
  const { rows } = await withPostgres(url, client =>
    client.query<{ server_version: string }>('show server_version'),
  )
  return rows[0]?.server_version ?? 'unknown'
}
