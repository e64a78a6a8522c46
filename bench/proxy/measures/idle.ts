import { z } from 'zod'
import { heldClient } from '../child.ts'
import { residentKb } from '../cpu-time.ts'
import type { Measure } from '../measure.ts'

const COUNT = 4_000
const opened = z.object({ open: z.number() })

/** Connections that do nothing: what each keeps in memory. */
export const measure: Measure = {
  name: 'idle',
  goals: [
    {
      figure: 'memory',
      title: 'memory per idle connection',
      unit: 'KB',
      better: 'less',
      ratio: 0.2,
    },
  ],
  run: async (like, rig) => {
    await using runner = await rig.fresh(like)
    // The first ones fill pools, free lists and the heap's nursery, which later ones use again.
    await using _warm = await heldClient('idle', { port: runner.echo, count: 1_000 })
    const before = await residentKb(runner.pid)
    await using held = await heldClient('idle', { port: runner.echo, count: COUNT })
    const { open } = opened.parse(held.first)
    return { memory: ((await residentKb(runner.pid)) - before) / open }
  },
}
