import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { ApiError } from './base/api-error.ts'
import { type Options, parseOptions, USAGE } from './options.ts'
import { startProxyServer } from './server.ts'
import { VERSION } from './version.ts'

/** The stand-alone proxy: flags in, API up, ready file written, gone on SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const options = readOptions()
  if (options.help) return console.log(USAGE)
  if (options.version) return console.log(`toxiproxy-server version ${VERSION}`)

  const { config: file } = options
  const server = await startProxyServer({
    ...options,
    token: process.env.PROXY_TOKEN || undefined,
    config: file === undefined ? [] : await readConfig(file),
  }).catch(error => {
    // Only the config makes proxies before the API is up.
    throw error instanceof ApiError ? new Error(`${file}: ${error.message}`) : error
  })
  console.log(
    JSON.stringify({ level: 'info', message: 'listening', url: server.url, seed: options.seed }),
  )
  if (options.readyFile) await announce(options.readyFile, server.url)

  const stop = () => void server[Symbol.asyncDispose]().then(() => process.exit(0))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

/** As Go's programs do, a wrong flag ends with 2 and the usage. */
function readOptions(): Options {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    process.exit(2)
  }
}

async function readConfig(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${file}: bad request body: ${error instanceof Error ? error.message : error}`)
  }
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
