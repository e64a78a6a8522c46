import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

/** Listens with the shortest queue there is, tells its port, and never runs again. */
const script = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer()
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })
`

export interface MuteUpstream extends AsyncDisposable {
  readonly address: string
}

/** An address whose handshake is never answered: its queue of pending connections is full. */
export async function startMuteUpstream(): Promise<MuteUpstream> {
  const worker = new Worker(script, { eval: true })
  const [port] = await once(worker, 'message')
  const fillers = Array.from({ length: 8 }, () =>
    connect({ port: Number(port), host: '127.0.0.1' }).on('error', () => {}),
  )
  while (fillers.every(filler => filler.connecting)) await wait(5)
  await wait(50)
  return {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const filler of fillers) filler.destroy()
      await worker.terminate()
    },
  }
}
