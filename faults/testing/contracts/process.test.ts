import { withLinks } from '../../../targets/linked.ts'
import { startRedis } from '../../../targets/redis.ts'
import { lastingContract, momentaryContract } from '../contract.ts'
import { inPatience, linkTrials, stillOpen } from '../link-trials.ts'
import { useRedis } from '../redis-client.ts'
import { faults } from './process-faults.ts'
import { faults as momentary } from './process-momentary-faults.ts'

lastingContract({
  faults,
  module: undefined,
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

momentaryContract({
  faults: momentary,
  bench: () =>
    linkTrials('redis', async ({ rig }) => {
      const server = await startRedis(rig.run)
      return { server, part: ({ links }) => withLinks(server, links), use: stillOpen }
    }),
})
