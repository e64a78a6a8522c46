import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { z } from 'zod'

/** What the benchmark handed to this client, as its only argument. */
export function settings<T>(schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(process.argv[2] ?? '{}'))
}

export async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}

/** The value below which this share of the samples lies. Sorts them. */
export function quantile(samples: number[], share: number): number {
  samples.sort((a, b) => a - b)
  return samples[Math.min(samples.length - 1, Math.floor(samples.length * share))] ?? Number.NaN
}
