import fastify from 'fastify'
import { WebSocketServer } from 'ws'
import { enter } from './rooms.ts'
import { messagesAfter } from './store.ts'

const app = fastify()

app.get('/health', () => ({ status: 'ok' }))

app.get<{ Params: { room: string } }>('/rooms/:room/messages', ({ params }) =>
  messagesAfter(params.room, 0),
)

const sockets = new WebSocketServer({ server: app.server })
sockets.on('connection', (socket, { url = '/' }) => {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  enter(socket, pathname.split('/')[2] ?? '', Number(searchParams.get('after') ?? 0))
})

await app.listen({ port: Number(process.env.PORT ?? 3000), host: '0.0.0.0' })
console.log('chat listening')
