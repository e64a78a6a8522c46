import { z } from 'zod'
import { client } from '../child.ts'
import type { Measure } from '../measure.ts'

/** Connect, one byte there and back, close. */
export const measure: Measure = {
  name: 'connects',
  goals: [{ figure: 'rate', title: 'connections', unit: 'per s', better: 'more', ratio: 1.4 }],
  run: async runner => {
    const answer = await client('connects', { port: runner.echo, count: 6_000, atOnce: 32 })
    return { rate: z.object({ perSecond: z.number() }).parse(answer).perSecond }
  },
}
