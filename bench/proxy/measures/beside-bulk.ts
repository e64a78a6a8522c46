import { z } from 'zod'
import { client, heldClient } from '../child.ts'
import type { Measure } from '../measure.ts'

const settings = { perSecond: 500, seconds: 4, connections: 10 }
const result = z.object({ p50Ms: z.number(), p99Ms: z.number() })

/** Small messages while one neighbour streams as fast as it can: is anybody starved? */
export const measure: Measure = {
  name: 'beside-bulk',
  goals: [
    { figure: 'p50', title: 'small beside bulk: p50', unit: 'ms', better: 'less' },
    { figure: 'p99', title: 'small beside bulk: p99', unit: 'ms', better: 'less', ratio: 0.5 },
  ],
  run: async runner => {
    await using _stream = await heldClient('pull', { port: runner.source })
    const round = result.parse(await client('round-trips', { port: runner.echo, ...settings }))
    return { p50: round.p50Ms, p99: round.p99Ms }
  },
}
