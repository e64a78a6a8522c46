import type { Linked } from '../../../lab/model/capability.ts'
import { startRedis } from '../../../targets/redis.ts'
import { withClient } from '../../../targets/runtime/redis-node.ts'
import { destructiveContract, lastingContract, momentaryContract } from '../contract.ts'
import { type FaultBench, faultBench } from '../fault-bench.ts'
import { inPatience, linkTrials, stillOpen } from '../link-trials.ts'
import { useRedis } from '../redis-client.ts'

async function served({ rig }: FaultBench) {
  const server = await startRedis(rig.run)
  const { name, host, port } = server
  const greeting = 'PING\r\n'
  return { server, greeting, part: ({ links }: Linked) => ({ name, host, port, links }) }
}

await lastingContract({
  room: 'redis-server',
  oneAtATime: true,
  bench: () =>
    linkTrials('redis', async bench => ({
      ...(await served(bench)),
      use: at => inPatience(useRedis(at)),
    })),
})

await momentaryContract({
  room: 'redis-server',
  bench: () => linkTrials('redis', async bench => ({ ...(await served(bench)), use: stillOpen })),
})

/** A user that finds again what it has kept. */
await destructiveContract({
  room: 'redis-server',
  bench: async () => {
    const { context, rig } = await faultBench()
    const server = await startRedis(context)
    let trials = 0
    return {
      context,
      trial: async () => {
        const key = `test:${trials++}`
        return {
          part: server,
          hold: async () => void (await withClient(server, client => client.set(key, 'kept'))),
          use: () =>
            withClient(server, async client =>
              (await client.get(key)) === 'kept' ? 'well' : 'lost',
            ),
        }
      },
      [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
    }
  },
})
