import { startLoad } from '../load.ts'
import type { Measure } from '../measure.ts'
import { posts } from '../requests.ts'
import type { System } from '../system.ts'

const clients = 50

/**
 * Published posts with the cache and without: how many it answers, and what that is worth.
 * Scenarios: LOD-05
 */
export const measure: Measure = {
  name: 'cache',
  scenario: 'LOD-05',
  goals: [
    { figure: 'hits', title: 'reads answered by the cache', unit: '%', atLeast: 90, isOwn: true },
    {
      figure: 'worth',
      title: 'reads with the cache ÷ without',
      unit: '',
      atLeast: 1,
      isOwn: true,
    },
  ],
  run: async system => {
    const cached = await read(system, 'api-cached', [])
    const uncached = await read(system, 'api-uncached', ['post-cache'])
    const { hits, misses, usage } = cached
    return {
      stretches: [
        {
          figures: {
            hits: (100 * hits) / (hits + misses),
            worth: cached.perSecond / uncached.perSecond,
          },
          usage,
        },
      ],
    }
  },
}

async function read(system: System, name: string, defencesOff: readonly string[]) {
  await using extra = await system.startApi(name, { defencesOff })
  const elsewhere = { doors: [extra.door], extra: extra.instance.process.pid }
  await using load = await startLoad(system, clients, elsewhere)
  const requests = posts(system.goods)
  // What just started is slow at first.
  await load.play({ requests, pace: { kind: 'closed', clients, seconds: 1 } })
  const { report, usage } = await load.play({
    requests,
    pace: { kind: 'closed', clients, seconds: 3 },
  })
  const { text: metrics } = await extra.instance.client().get('/metrics')
  const count = (result: string) => {
    const line = new RegExp(
      `^cache_reads_total\\{cache="blog",result="${result}".*\\} (\\d+)$`,
      'm',
    )
    return Number(line.exec(metrics)?.[1] ?? 0)
  }
  return { perSecond: report.okPerSecond, usage, hits: count('hit'), misses: count('miss') }
}
