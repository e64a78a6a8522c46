import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { listen } from '../../../lab/testing/loopback.ts'
import { type ServerOptions, startProxyServer } from '../server.ts'
import { Reply } from './reply.ts'

export interface TestProxy extends AsyncDisposable {
  readonly url: string
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply>
}

/** A proxy server of the test's own, on a free port. */
export async function testProxy(options: Partial<ServerOptions> = {}): Promise<TestProxy> {
  const server = await startProxyServer({ host: '127.0.0.1', port: 0, seed: 1, ...options })
  return {
    url: server.url,
    call: async (method, path, body, headers = {}) => {
      const answer = await fetch(server.url + path, {
        method,
        headers,
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(10_000),
      })
      const text = await answer.text()
      return new Reply(answer.status, text, answer.headers.get('content-type'))
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

export interface Upstream extends AsyncDisposable {
  readonly port: number
  readonly address: string
  readonly sockets: readonly Socket[]
}

/** A server that does this with each connection; half-open is allowed. */
export async function upstream(serve: (socket: Socket) => void): Promise<Upstream> {
  const sockets: Socket[] = []
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
    sockets.push(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  const port = await listen(server)
  return {
    port,
    address: `127.0.0.1:${port}`,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

export const echo = (): Promise<Upstream> => upstream(socket => void socket.pipe(socket))

/** A client's end, that keeps what it got and how it ended. */
export interface Client extends Disposable {
  readonly socket: Socket
  received(): Buffer
  write(data: string | Buffer): void
  /** Resolves when so many bytes have come in all. */
  bytes(count: number): Promise<Buffer>
  /** `fin`, or the error's code. */
  readonly ended: Promise<string>
}

export async function client(address: string): Promise<Client> {
  const socket = connect({
    port: Number(address.slice(address.lastIndexOf(':') + 1)),
    host: '127.0.0.1',
    allowHalfOpen: true,
    noDelay: true,
  })
  const chunks: Buffer[] = []
  const waiting = new Set<() => void>()
  let size = 0
  socket.on('data', (data: Buffer) => {
    chunks.push(data)
    size += data.length
    for (const check of waiting) check()
  })
  const ended = new Promise<string>(resolve => {
    socket.once('end', () => resolve('fin'))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
  await once(socket, 'connect')
  return {
    socket,
    ended,
    received: () => Buffer.concat(chunks),
    write: data => void socket.write(data),
    bytes: count =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`expected ${count} bytes within 10 s, found ${size}`)),
          10_000,
        )
        const check = () => {
          if (size < count) return
          waiting.delete(check)
          clearTimeout(timer)
          resolve(Buffer.concat(chunks))
        }
        waiting.add(check)
        check()
      }),
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

/** Creates a proxy named `p` and returns where it listens. */
export async function proxyTo(proxy: TestProxy, to: Upstream, body: object = {}): Promise<string> {
  const reply = await proxy.call('POST', '/proxies', { name: 'p', upstream: to.address, ...body })
  if (reply.status !== 201) throw new Error(`expected 201, found ${reply.status} ${reply.text}`)
  return reply.proxy.listen
}

export async function addToxic(proxy: TestProxy, body: object): Promise<void> {
  const reply = await proxy.call('POST', '/proxies/p/toxics', body)
  if (reply.status !== 200) throw new Error(`expected 200, found ${reply.status} ${reply.text}`)
}

/** Polls until true; for what has no event to wait for. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`did not come true within ${withinMs} ms`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
