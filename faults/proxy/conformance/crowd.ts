import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { argv, stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline'
import { listen } from '../../../lab/testing/loopback.ts'
import { dial } from './talk.ts'

/**
 * Run as a process of its own, for its own limit of descriptors: an echo server and `COUNT` clients.
 * Prints the server's address; reads the address to dial; prints how many got an echo; for each
 * further line lets all of them speak once more and prints how many got an echo.
 */
const count = Number(argv[2])
const server = createServer({ noDelay: true }, socket => {
  socket.on('error', error => process.stderr.write(`server: ${error}\n`))
  socket.pipe(socket)
})
stdout.write(`127.0.0.1:${await listen(server)}\n`)

const clients: Socket[] = []
for await (const line of createInterface({ input: stdin })) {
  if (clients.length === 0) await dialAll(line)
  const echoes = await Promise.all(clients.map(speak))
  stdout.write(`${echoes.filter(Boolean).length}\n`)
}

async function dialAll(address: string): Promise<void> {
  while (clients.length < count) {
    const some = Math.min(200, count - clients.length)
    clients.push(...(await Promise.all(Array.from({ length: some }, () => dial(address)))))
  }
}

async function speak(client: Socket, index: number): Promise<boolean> {
  client.write('x')
  const echo = once(client, 'data', { signal: AbortSignal.timeout(20_000) })
  return echo.then(
    () => true,
    error => {
      process.stderr.write(`client ${index}: ${error.cause ?? error}, closed: ${client.closed}\n`)
      return false
    },
  )
}
