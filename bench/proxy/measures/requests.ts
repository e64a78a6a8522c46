import { cpuTimeUs } from '../cpu-time.ts'
import type { Measure } from '../measure.ts'

const kinds = {
  get: { args: ['-c', '50', '-t', 'get', '-n', '60000'], count: 60_000 },
  set: { args: ['-c', '50', '-t', 'set', '-n', '60000'], count: 60_000 },
  pipelined: { args: ['-c', '50', '-P', '16', '-t', 'get', '-n', '600000'], count: 600_000 },
}

/** redis-benchmark at saturation: what each operation costs the proxy, and how many there are. */
export const measure: Measure = {
  name: 'requests',
  goals: [
    goal('getCpu', 'GET, 50 clients: CPU', 'µs/op', 'less', 0.85, 0.7),
    goal('setCpu', 'SET, 50 clients: CPU', 'µs/op', 'less', 0.85, 0.7),
    goal('pipelinedCpu', 'GET, pipeline 16: CPU', 'µs/op', 'less', 0.76, 0.63),
    goal('getRate', 'GET, 50 clients: rate', 'op/s', 'more', 1, 1.2),
    goal('setRate', 'SET, 50 clients: rate', 'op/s', 'more', 1, 1.2),
    goal('pipelinedRate', 'GET, pipeline 16: rate', 'op/s', 'more', 1, 1.2),
  ],
  run: async (runner, rig) => {
    const figures: Record<string, number> = {}
    for (const [kind, { args, count }] of Object.entries(kinds)) {
      const before = await cpuTimeUs(runner.pid)
      figures[`${kind}Rate`] = await rig.redisBenchmark(runner.redis, args)
      figures[`${kind}Cpu`] = ((await cpuTimeUs(runner.pid)) - before) / count
    }
    return figures
  },
}

function goal(
  figure: string,
  title: string,
  unit: string,
  better: 'less' | 'more',
  ratio: number,
  stretch: number,
) {
  return { figure, title, unit, better, ratio, stretch } as const
}
