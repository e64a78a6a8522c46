import { startRedis } from '../../../targets/redis.ts'
import { lastingContract } from '../contract.ts'
import { inPatience, linksAlone, linkTrials } from '../link-trials.ts'
import { useRedis } from '../redis-client.ts'

await lastingContract({
  room: 'redis',
  apart: true,
  bench: () =>
    linkTrials('redis', async ({ rig }) => ({
      server: await startRedis(rig.run),
      part: linksAlone,
      use: at => inPatience(useRedis(at)),
    })),
})
