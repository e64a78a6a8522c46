import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { z } from 'zod'

/** What the benchmark handed to this client, as its only argument. */
export function settings<T>(schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(process.argv[2] ?? '{}'))
}

const buffer = Buffer.allocUnsafeSlow(256 * 1024)

/**
 * Calls `read` with the length of what came; the bytes themselves are lost. All connections read
 * into one buffer: a client that makes garbage keeps V8's threads busy collecting it, and on a
 * machine with few cores they take the processor from the proxy that is measured.
 */
export async function connected(port: number, read: (length: number) => void): Promise<Socket> {
  const onread = {
    buffer,
    callback: (length: number) => {
      read(length)
      return true
    },
  }
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
  await once(socket, 'connect')
  return socket
}

/** A new connection that has had one byte echoed. Rejects when it ends before that. */
export async function echoed(port: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = await connected(port, () => resolve())
  socket.once('error', reject)
  socket.once('close', () => reject(new Error('expected an echo, found the connection closed')))
  socket.write('x')
  await promise
  return socket
}

/** The value below which this share of the samples lies. Sorts them. */
export function quantile(samples: number[], share: number): number {
  samples.sort((a, b) => a - b)
  return samples[Math.min(samples.length - 1, Math.floor(samples.length * share))] ?? Number.NaN
}
