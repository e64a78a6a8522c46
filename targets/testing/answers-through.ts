import { once } from 'node:events'
import { connect } from 'node:net'
import type { Link } from '../../lab/model/capability.ts'

const http = 'GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'

/** By the provider: what is said first, and how the answer of one that works begins. */
const greetings: readonly (readonly [RegExp, string | Buffer, RegExp])[] = [
  [/^(redis|sentinel)/, 'PING\r\n', /^\+PONG/],
  // An SSLRequest, which every server answers before it asks who is there.
  [/^postgres/, Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]), /^[NS]$/],
  // It speaks first, and does not listen to who is hasty.
  [/^smtp/, '', /^220 /],
  [/^(shop|worker|balancer)/, http, /^HTTP\/1\.1 200/],
  [/^/, http, /^HTTP\/1\.1 /],
]

/** Whether what stands at the end of a link answers through it, within the time. */
export async function answersThrough(link: Link, withinMs = 1_000): Promise<boolean> {
  const [, greeting = '', expected = /^/] =
    greetings.find(([provider]) => provider.test(link.provider)) ?? []
  const socket = connect({ host: link.listenHost, port: link.listenPort })
  socket.on('error', () => {})
  const signal = AbortSignal.timeout(withinMs)
  try {
    if (greeting !== '') socket.write(greeting)
    const [answer] = await Promise.race([once(socket, 'data', { signal }), once(socket, 'close')])
    return Buffer.isBuffer(answer) && expected.test(answer.toString('latin1'))
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
