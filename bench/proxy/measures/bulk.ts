import { z } from 'zod'
import { client } from '../child.ts'
import { cpuTimeUs } from '../cpu-time.ts'
import type { Measure } from '../measure.ts'

const result = z.object({ bytes: z.number(), seconds: z.number() })
const VALUE_BYTES = 1_000_000
const value = ['-d', `${VALUE_BYTES}`, '-c', '8']

/** One stream without end, and Redis values of 1 MB: how much passes. */
export const measure: Measure = {
  name: 'bulk',
  goals: [
    {
      figure: 'rate',
      title: 'bulk stream: rate',
      unit: 'MB/s',
      better: 'more',
      ratio: 1.5,
      stretch: 2,
    },
    { figure: 'cpu', title: 'bulk stream: CPU', unit: 'ms/GB', better: 'less' },
    {
      figure: 'values',
      title: 'values of 1 MB: rate',
      unit: 'op/s',
      better: 'more',
      ratio: 1.5,
      stretch: 2,
    },
  ],
  run: async (runner, rig) => {
    const before = await cpuTimeUs(runner.pid)
    const pulled = result.parse(await client('pull', { port: runner.source, seconds: 2 }))
    const cpuMs = ((await cpuTimeUs(runner.pid)) - before) / 1_000
    await rig.redisBenchmark(runner.redis, [...value, '-t', 'set', '-n', '50'])
    const values = await rig.redisBenchmark(runner.redis, [...value, '-t', 'get', '-n', '1000'])
    // The other measures read the same key, and expect it small.
    await rig.redisBenchmark(runner.redis, ['-d', '3', '-t', 'set', '-n', '10'])
    return { rate: pulled.bytes / pulled.seconds / 1e6, cpu: cpuMs / (pulled.bytes / 1e9), values }
  },
}
