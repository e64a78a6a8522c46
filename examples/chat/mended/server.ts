import fastify from 'fastify'
import { WebSocketServer } from 'ws'
import { enter } from './rooms.ts'
import { messagesAfter } from './store.ts'

const serviceRestart = 1012
const tryAgainLater = 1013
const goodbyesMs = 2_000

const app = fastify()

app.get('/health', () => ({ status: 'ok' }))

app.get<{ Params: { room: string } }>('/rooms/:room/messages', ({ params }) =>
  messagesAfter(params.room, 0),
)

const sockets = new WebSocketServer({ server: app.server })
sockets.on('connection', (socket, { url = '/' }) => {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const after = Number(searchParams.get('after') ?? 0)
  enter(socket, pathname.split('/')[2] ?? '', after).catch(error => {
    console.error('nobody can enter', error.message)
    socket.close(tryAgainLater)
  })
})

process.once('SIGTERM', async () => {
  const goodbyes = [...sockets.clients].map(socket => {
    socket.close(serviceRestart)
    return new Promise(resolve => socket.once('close', resolve))
  })
  const patience = new Promise(resolve => setTimeout(resolve, goodbyesMs))
  await Promise.race([Promise.all(goodbyes), patience])
  await app.close()
  process.exit(0)
})

await app.listen({ port: Number(process.env.PORT ?? 3000), host: '0.0.0.0' })
console.log('chat listening')
