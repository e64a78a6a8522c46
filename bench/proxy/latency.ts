import { z } from 'zod'
import { client } from './child.ts'
import type { Goal, Measure } from './measure.ts'

const LATENCY_MS = 100
const result = z.object({ leastMs: z.number(), p50Ms: z.number(), p99Ms: z.number() })

/**
 * A 100 ms latency toxic over so many connections: by how much the answers miss it. The least must
 * not be early. `p50` is the ratio promised of the median error.
 */
export function latency(connections: number, perSecond: number, p50: number): Measure {
  const goal = (figure: string, more: Partial<Goal>): Goal => ({
    figure,
    title: `error of 100 ms latency, ${connections} connections: ${figure}`,
    unit: 'ms',
    better: 'less',
    ...more,
  })
  return {
    name: `latency-${connections}`,
    goals: [
      goal('p50', { ratio: p50 }),
      goal('p99', { ratio: 1.2 }),
      goal('least', { atLeast: -0.05, better: 'more' }),
    ],
    run: async runner => {
      const remove = await runner.toxic({ type: 'latency', attributes: { latency: LATENCY_MS } })
      const settings = { port: runner.echo, seconds: 3, expectedMs: LATENCY_MS }
      const answer = await client('round-trips', { ...settings, connections, perSecond })
      await remove()
      const { leastMs, p50Ms, p99Ms } = result.parse(answer)
      return { least: leastMs, p50: p50Ms, p99: p99Ms }
    },
  }
}
