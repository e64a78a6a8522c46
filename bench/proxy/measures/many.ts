import { z } from 'zod'
import { raisedDescriptors } from '../../../faults/proxy/conformance/descriptors.ts'
import { heldClient } from '../child.ts'
import type { Measure } from '../measure.ts'

const WANTED = 10_000
/** What a proxy needs besides its connections: listeners, its API, its run time. */
const OTHERS = 60
const { limit, wrapper } = raisedDescriptors(2 * WANTED + OTHERS)
const count = Math.min(WANTED, Math.floor((limit - OTHERS) / 2))
const why = count < WANTED ? `, as many as ${limit} descriptors allow` : ''
const opened = z.object({ open: z.number() })

/** 10,000 open connections, or as many as the limit on descriptors lets a proxy hold. */
export const measure: Measure = {
  name: 'many',
  mostRounds: 1,
  goals: [
    {
      figure: 'open',
      title: `connections held at once, of ${count} asked for${why}`,
      unit: '',
      better: 'more',
      atLeast: count,
    },
  ],
  run: async (like, rig) => {
    await using runner = await rig.fresh(like, wrapper)
    await using held = await heldClient('idle', { port: runner.echo, count })
    return { open: opened.parse(held.first).open }
  },
}
