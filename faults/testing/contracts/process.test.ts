import { withLinks } from '../../../targets/linked.ts'
import { startRedis } from '../../../targets/redis.ts'
import { lastingContract, momentaryContract } from '../contract.ts'
import { inPatience, linkTrials, stillOpen } from '../link-trials.ts'
import { useRedis } from '../redis-client.ts'

await lastingContract({
  room: 'process',
  ofThisLab: true,
  bench: () =>
    linkTrials('redis', async ({ rig }) => {
      const server = await startRedis(rig.run)
      return {
        server,
        part: ({ links }) => withLinks(server, links),
        use: at => inPatience(useRedis(at)),
      }
    }),
})

await momentaryContract({
  room: 'process',
  bench: () =>
    linkTrials('redis', async ({ rig }) => {
      const server = await startRedis(rig.run)
      return { server, part: ({ links }) => withLinks(server, links), use: stillOpen }
    }),
})
