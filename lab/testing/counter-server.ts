import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'

/**
 * A small real server to try the engine on: `POST /add/ID` remembers an id, `GET /all` lists them,
 * `POST /mode/slow|refuse|half|calm` makes it misbehave; `half` never answers every second addition. With `DURABLE=yes` it writes an id to its file before it
 * answers; without, it forgets all when killed.
 */
const [port, file, readyFile] = process.argv.slice(2)
if (!port || !file || !readyFile) throw new Error('usage: counter-server.ts PORT FILE READY_FILE')
const durable = process.env.DURABLE === 'yes'
const ids = new Set(durable ? saved(file) : [])
let mode = 'calm'
let touched = 0

const server = createServer((request, response) => {
  const [, verb, argument] = (request.url ?? '').split('/')
  if (verb === 'mode') {
    if (argument !== mode) touched = 0
    mode = argument ?? 'calm'
  } else if (verb === 'touched') {
    response.end(`${touched}`)
    return
  } else if (verb === 'add' && argument) {
    if (mode !== 'calm') touched++
    if (mode === 'half' && touched % 2) return
    if (mode === 'refuse') {
      response.writeHead(503).end()
      return
    }
    if (durable) appendFileSync(file, `${argument}\n`)
    ids.add(argument)
  }
  const answer = () => response.end(verb === 'all' ? JSON.stringify([...ids]) : 'ok')
  if (mode === 'slow' && verb === 'add') setTimeout(answer, 10_000)
  else answer()
})
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address()
  const listening = typeof address === 'object' && address ? address.port : 0
  writeFileSync(readyFile, `${listening}`)
})
process.on('SIGTERM', () => process.exit(0))

function saved(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}
