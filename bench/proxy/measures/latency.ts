import { z } from 'zod'
import { client } from '../child.ts'
import type { Goal, Measure } from '../measure.ts'

const LATENCY_MS = 100
const loads = [
  { connections: 1, perSecond: 100, ratio: 0.65 },
  { connections: 50, perSecond: 500, ratio: 0.3 },
  { connections: 500, perSecond: 1_000, ratio: 0.9 },
]
const result = z.object({ leastMs: z.number(), p50Ms: z.number(), p99Ms: z.number() })

/** A 100 ms latency toxic: by how much the answers miss it. The least must not be early. */
export const measure: Measure = {
  name: 'latency',
  goals: loads.flatMap(({ connections, ratio }): Goal[] => [
    goal(connections, 'p50', { ratio }),
    goal(connections, 'p99', { ratio: 1.2 }),
    { ...goal(connections, 'least', { atLeast: -0.05 }), better: 'more' },
  ]),
  run: async runner => {
    const remove = await runner.toxic({ type: 'latency', attributes: { latency: LATENCY_MS } })
    const figures: Record<string, number> = {}
    for (const { connections, perSecond } of loads) {
      const settings = { port: runner.echo, seconds: 3, expectedMs: LATENCY_MS }
      const answer = await client('round-trips', { ...settings, connections, perSecond })
      const { leastMs, p50Ms, p99Ms } = result.parse(answer)
      figures[`least${connections}`] = leastMs
      figures[`p50${connections}`] = p50Ms
      figures[`p99${connections}`] = p99Ms
    }
    await remove()
    return figures
  },
}

function goal(connections: number, figure: string, more: Partial<Goal>): Goal {
  return {
    figure: `${figure}${connections}`,
    title: `error of 100 ms latency, ${connections} connections: ${figure}`,
    unit: 'ms',
    better: 'less',
    ...more,
  }
}
