import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { Address } from './address.ts'

/** A connect that takes longer than this on loopback found the queue full. */
const FULL_AFTER_MS = 150
const MOST_FILLERS = 64

/**
 * Listens on an address and never accepts. The kernel completes a few connects by itself until the
 * queue of the unaccepted is full; those are ours. From then on it drops each SYN, so a client's
 * connect gets no answer at all, and goes through or is refused once this listener is gone.
 *
 * Node always accepts when its loop turns, so the listener lives in a thread whose loop stands still.
 */
export async function deafListener(address: Address): Promise<AsyncDisposable> {
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./deaf-listener-thread.ts', import.meta.url), {
    workerData: { address, gate },
  })
  await new Promise<void>((resolve, reject) => {
    worker.once('message', (error: unknown) => {
      if (error === undefined) resolve()
      else reject(new Error(`expected to listen on ${address.host}:${address.port}: ${error}`))
    })
    worker.once('error', reject)
  })
  const fillers = await fill(address)
  return {
    async [Symbol.asyncDispose]() {
      const gone = new Promise(resolve => worker.once('exit', resolve))
      Atomics.store(gate, 0, 1)
      Atomics.notify(gate, 0)
      for (const socket of fillers) socket.destroy()
      await gone
    },
  }
}

async function fill(address: Address): Promise<Socket[]> {
  const fillers: Socket[] = []
  while (fillers.length < MOST_FILLERS) {
    const socket = connect(address)
    socket.on('error', () => {})
    const accepted = await new Promise<boolean>(resolve => {
      const timer = setTimeout(() => resolve(false), FULL_AFTER_MS)
      socket.once('connect', () => {
        clearTimeout(timer)
        resolve(true)
      })
    })
    if (!accepted) {
      socket.destroy()
      return fillers
    }
    fillers.push(socket)
  }
  return fillers
}
