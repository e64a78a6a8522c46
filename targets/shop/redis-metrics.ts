import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Gauge, Registry } from 'prom-client'
import type { RedisNode } from '../runtime/redis-node.ts'

/** A node that is hurt may not answer; the others are told of all the same. */
const patienceMs = 500

export interface RedisMetrics extends AsyncDisposable {
  /** `127.0.0.1:PORT` */
  readonly address: string
}

/**
 * What the nodes say of themselves, past every link, in the names of redis_exporter, so that a rule
 * for one is a rule for the other. A node that does not answer has no `redis_connected_slaves`.
 */
export async function serveRedisMetrics(nodes: readonly RedisNode[]): Promise<RedisMetrics> {
  const registry = new Registry()
  const labelNames = ['instance'] as const
  const registers = [registry]
  const help = 'Whether the node answers.'
  const up = new Gauge({ name: 'redis_up', help, labelNames, registers })
  const replicas = new Gauge({
    ...{ name: 'redis_connected_slaves', labelNames, registers },
    help: 'Replicas that are connected to the node.',
  })
  const look = async (node: RedisNode) => {
    const answer = node.info('replication').catch(() => undefined)
    const info = await Promise.race([answer, after(patienceMs)])
    const instance = node.name
    up.set({ instance }, info ? 1 : 0)
    if (info) replicas.set({ instance }, Number(info.connected_slaves))
    else replicas.remove({ instance })
  }
  const server = createServer(async (_request, response) => {
    await Promise.all(nodes.map(look))
    response.setHeader('content-type', registry.contentType)
    response.end(await registry.metrics())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function after(ms: number): Promise<undefined> {
  return new Promise(resolve => setTimeout(() => resolve(undefined), ms).unref())
}
