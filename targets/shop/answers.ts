import { once } from 'node:events'
import { connect } from 'node:net'
import type { Link } from '../../lab/model/capability.ts'

/** What is said first, and how the answer of something that works begins. */
const greetings: Readonly<Record<Link['protocol'], readonly [Buffer, RegExp]>> = {
  redis: [Buffer.from('PING\r\n'), /^\+PONG/],
  // An SSLRequest, which every server answers before it asks who is there.
  postgres: [Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]), /^[NS]$/],
  http: [Buffer.from('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'), /^HTTP\/1\.1 /],
  websocket: [Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'), /^HTTP\/1\.1 /],
  tcp: [Buffer.from('GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n'), /^HTTP\/1\.1 200/],
}

/** Whether what stands at the end of a link answers through it, within the time. */
export async function answersThrough(link: Link, withinMs = 1_000): Promise<boolean> {
  const [greeting, expected] = greetings[link.protocol]
  const socket = connect({ host: link.listenHost, port: link.listenPort })
  socket.on('error', () => {})
  const signal = AbortSignal.timeout(withinMs)
  try {
    socket.write(greeting)
    const [answer] = await Promise.race([once(socket, 'data', { signal }), once(socket, 'close')])
    return Buffer.isBuffer(answer) && expected.test(answer.toString('latin1'))
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
