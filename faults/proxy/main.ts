import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { parseOptions, USAGE } from './options.ts'
import { startProxyServer } from './server.ts'
import { VERSION } from './version.ts'

/** The stand-alone proxy: flags in, API up, ready file written, gone on SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) return console.log(USAGE)
  if (options.version) return console.log(`toxiproxy-server version ${VERSION}`)

  const config = options.config && JSON.parse(await readFile(options.config, 'utf8'))
  const server = await startProxyServer({
    ...options,
    token: process.env.PROXY_TOKEN || undefined,
    config: config || [],
  })
  console.log(
    JSON.stringify({ level: 'info', message: 'listening', url: server.url, seed: options.seed }),
  )
  if (options.readyFile) await announce(options.readyFile, server.url)

  const stop = () => void server[Symbol.asyncDispose]().then(() => process.exit(0))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

/** Renamed into place, so that whoever waits for the file never reads half of it. */
async function announce(path: string, url: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, JSON.stringify({ url, pid: process.pid }))
  await rename(draft, path)
}

main().catch(error => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
