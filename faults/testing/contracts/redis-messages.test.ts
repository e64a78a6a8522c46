import { startRedis } from '../../../targets/redis.ts'
import { lastingContract } from '../contract.ts'
import { inPatience, linksAlone, linkTrials } from '../link-trials.ts'
import { useRedis } from '../redis-client.ts'
import { faults } from './redis-message-faults.ts'

lastingContract({
  faults,
  apart: true,
  module: new URL('redis-message-faults.ts', import.meta.url).href,
  bench: () =>
    linkTrials('redis', async ({ rig }) => ({
      server: await startRedis(rig.run),
      part: linksAlone,
      use: at => inPatience(useRedis(at)),
    })),
})
