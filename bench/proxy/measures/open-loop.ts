import { z } from 'zod'
import { client } from '../child.ts'
import { cpuTimeUs } from '../cpu-time.ts'
import type { Measure } from '../measure.ts'

const settings = { perSecond: 5_000, seconds: 4, connections: 50 }
const result = z.object({ count: z.number(), p50Ms: z.number(), p99Ms: z.number() })

/** 5,000 small messages a second, sent when they are due: cost and round trip at a calm rate. */
export const measure: Measure = {
  name: 'open-loop',
  goals: [
    {
      figure: 'cpu',
      title: 'open loop at 5,000/s: CPU',
      unit: 'µs/op',
      better: 'less',
      ratio: 0.55,
      stretch: 0.42,
    },
    { figure: 'p50', title: 'round trip at 5,000/s: p50', unit: 'ms', better: 'less', ratio: 0.75 },
    { figure: 'p99', title: 'round trip at 5,000/s: p99', unit: 'ms', better: 'less' },
  ],
  run: async runner => {
    const before = await cpuTimeUs(runner.pid)
    const round = result.parse(await client('round-trips', { port: runner.echo, ...settings }))
    const cpu = ((await cpuTimeUs(runner.pid)) - before) / round.count
    return { cpu, p50: round.p50Ms, p99: round.p99Ms }
  },
}
