import { cpuTimeUs } from '../cpu-time.ts'
import type { Measure } from '../measure.ts'

const plain = ['-c', '50', '-t', 'get', '-n', '60000']
const pipelined = ['-c', '50', '-P', '16', '-t', 'get', '-n', '600000']

/** Our link that understands Redis against our link that does not, no fault active. */
export const measure: Measure = {
  name: 'parsing',
  goals: [
    goal('rate', 'parsing on against off, GET: rate', 'op/s', 'more', 0.75),
    goal('pipelinedRate', 'parsing on against off, pipeline 16: rate', 'op/s', 'more', 0.75),
    goal('cpu', 'parsing on against off, GET: CPU', 'µs/op', 'less'),
    goal('pipelinedCpu', 'parsing on against off, pipeline 16: CPU', 'µs/op', 'less'),
  ],
  run: async (_runner, rig, baseline) => {
    const port = baseline ? rig.ours.redis : rig.parsedRedis
    const start = await cpuTimeUs(rig.ours.pid)
    const rate = await rig.redisBenchmark(port, plain)
    const between = await cpuTimeUs(rig.ours.pid)
    const pipelinedRate = await rig.redisBenchmark(port, pipelined)
    const end = await cpuTimeUs(rig.ours.pid)
    return {
      rate,
      pipelinedRate,
      cpu: (between - start) / 60_000,
      pipelinedCpu: (end - between) / 600_000,
    }
  },
}

function goal(
  figure: string,
  title: string,
  unit: string,
  better: 'less' | 'more',
  ratio?: number,
) {
  return { figure, title, unit, better, ...(ratio !== undefined && { ratio }) }
}
