import { once } from 'node:events'
import { WebSocket, WebSocketServer } from 'ws'
import { portOf } from '../../../lab/testing/loopback.ts'
import { lastingContract } from '../contract.ts'
import { type Address, inPatience, linksAlone, linkTrials } from '../link-trials.ts'

await lastingContract({
  room: 'websocket',
  apart: true,
  bench: () =>
    linkTrials('websocket', async (_, owned) => {
      const perMessageDeflate = { threshold: 0 }
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate })
      await once(server, 'listening')
      owned.defer(() => {
        for (const client of server.clients) client.terminate()
        server.close()
      })
      server.on('connection', socket => {
        socket.on('message', () => {
          for (const text of ['a', 'b', 'c']) socket.send(text)
        })
      })
      const at = { host: '127.0.0.1', port: portOf(server) }
      return { server: at, part: linksAlone, use: link => inPatience(useSockets(link)) }
    }),
})

/** Asks for three frames on a plain socket, and for compression on another. */
async function useSockets({ host, port }: Address): Promise<string> {
  const url = `ws://${host}:${port}/`
  const found = `${await threeFrames(url)} ${await extensions(url)}`
  return found === 'a,b,c permessage-deflate' ? 'well' : found
}

async function threeFrames(url: string): Promise<string> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  socket.on('error', () => {})
  try {
    const heard: string[] = []
    const ended = Promise.withResolvers<string>()
    socket.on('message', data => {
      heard.push(`${data}`)
      if (heard.length === 3) ended.resolve(heard.join())
    })
    socket.on('close', code => ended.resolve(`${code}`))
    await once(socket, 'open')
    socket.send('go')
    return await ended.promise
  } finally {
    socket.terminate()
  }
}

async function extensions(url: string): Promise<string> {
  const socket = new WebSocket(url)
  socket.on('error', () => {})
  try {
    await once(socket, 'open')
    return socket.extensions || 'plain'
  } finally {
    socket.terminate()
  }
}
