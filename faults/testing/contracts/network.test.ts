import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { echo } from '../../proxy/testing/proxied.ts'
import { destructiveContract, lastingContract } from '../contract.ts'
import { inPatience, linksAlone, linkTrials } from '../link-trials.ts'

const message = Buffer.alloc(20_000, 'x')

await lastingContract({
  room: 'network',
  apart: true,
  bench: () =>
    linkTrials('tcp', async (_, owned) => {
      const { port } = owned.use(await echo())
      return {
        server: { host: '127.0.0.1', port },
        part: linksAlone,
        use: async at => {
          using socket = connectTo(at)
          return await inPatience(echoedOn(socket))
        },
      }
    }),
})

await destructiveContract({
  room: 'network',
  bench: () =>
    linkTrials('tcp', async (_, owned) => {
      const { port } = owned.use(await echo())
      // Another server: it says nothing to a message, and so is told from the one before.
      const other = createServer(socket => socket.on('error', () => {})).listen(0, '127.0.0.1')
      await once(other, 'listening')
      owned.defer(() => void other.close())
      const to = { host: '127.0.0.1', port: Object(other.address()).port }
      return {
        server: { host: '127.0.0.1', port },
        part: behind => ({ ...behind, to }),
        use: async at => {
          using socket = connectTo(at)
          return await inPatience(echoedOn(socket))
        },
      }
    }),
})

function connectTo({ host, port }: { readonly host: string; readonly port: number }) {
  const socket = connect({ host, port, noDelay: true }).on('error', () => {})
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.destroy() })
}

/** Sends a message and hears it again. */
function echoedOn(socket: Socket): Promise<string> {
  socket.write(message)
  return new Promise(resolve => {
    let heard = 0
    socket.on('data', data => {
      heard += data.length
      if (heard === message.length) resolve('well')
    })
    socket.on('close', () => resolve('ended'))
  })
}
