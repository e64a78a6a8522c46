import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect } from 'vitest'
import { planSentinel, type SentinelCluster } from '../../../targets/redis-sentinel.ts'
import { momentaryContract } from '../contract.ts'
import { faultBench } from '../fault-bench.ts'

await momentaryContract({
  room: 'sentinel',
  bench: async () => {
    const { context, rig } = await faultBench()
    const plan = await planSentinel(context, { replicas: 1, sentinels: 1 })
    const cluster = await plan.start()
    return {
      context,
      trial: async () => {
        // The one before may have ended with a replica that is not ready to take over yet.
        await expect.poll(() => replicas(cluster), { timeout: 30_000 }).toBe(1)
        const held: Socket[] = []
        return {
          part: cluster,
          hold: async () => {
            const { host, port } = await cluster.primary()
            const socket = connect({ host, port }).on('error', () => {})
            socket.write('PING\r\n')
            await once(socket, 'data')
            held.push(socket.resume())
          },
          use: async () => (held.some(socket => socket.readyState !== 'open') ? 'ended' : 'well'),
        }
      },
      [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
    }
  },
})

/** As the Sentinels see them. */
async function replicas(cluster: SentinelCluster): Promise<number> {
  await cluster.primary()
  return (await cluster.replicas()).length
}
