import { z } from 'zod'
import { heldClient } from '../child.ts'
import type { Measure } from '../measure.ts'

const opened = z.object({ open: z.number() })

/** 10,000 open connections, or as many as the limit on descriptors lets a proxy hold. */
export const measure: Measure = {
  name: 'many',
  mostRounds: 1,
  goals: [
    {
      figure: 'open',
      title: 'connections held at once, of 9,900 asked for',
      unit: '',
      better: 'more',
      atLeast: 9_900,
    },
  ],
  run: async runner => {
    await using held = await heldClient('idle', { port: runner.echo, count: 9_900 })
    return { open: opened.parse(held.first).open }
  },
}
