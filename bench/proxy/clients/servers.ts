import { createServer, type Server } from 'node:net'

/** The servers behind the proxies: one that echoes, one that sends without end. */
const block = Buffer.alloc(256 * 1024, 'bulk')

const echo = createServer({ noDelay: true }, socket => {
  socket.on('error', () => {})
  socket.pipe(socket)
})
const source = createServer({ noDelay: true }, socket => {
  socket.on('error', () => {})
  const send = () => {
    while (socket.write(block));
  }
  socket.on('drain', send)
  send()
})

const ports = await Promise.all([listen(echo), listen(source)])
console.log(JSON.stringify({ echo: ports[0], source: ports[1] }))

function listen(server: Server): Promise<number> {
  return new Promise(resolve => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}
