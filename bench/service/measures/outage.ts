import { setTimeout as pause } from 'node:timers/promises'
import type { Link } from '../../../lab/model/capability.ts'
import type { Report } from '../load/plan.ts'
import { startLoad } from '../load.ts'
import type { Measure } from '../measure.ts'
import { products } from '../requests.ts'

const perSecond = 400
const [settledMs, awayFromMs, awayToMs, calmMs, endMs] = [1_000, 3_000, 4_000, 7_000, 9_000]
const sliceMs = 250
const backAt = 0.9

/**
 * Postgres is refused to both api processes for a second, under a steady load of reads.
 * Scenarios: LOD-05
 */
export const measure: Measure = {
  name: 'outage',
  scenario: 'LOD-05',
  goals: [
    {
      figure: 'recovered',
      title: 'rate after an outage of Postgres ÷ before',
      unit: '',
      atLeast: 0.95,
      isOwn: true,
    },
    { figure: 'backMs', title: 'from its end until 90 % of the rate is back', unit: 'ms' },
    { figure: 'errors', title: 'errors within 9 s, 1 s of them the outage', unit: '%' },
  ],
  run: async system => {
    await using load = await startLoad(system, 200)
    const links = system.app.proxies.links.filter(({ name }) => /^api-[12]>postgres$/.test(name))
    const pace = { kind: 'open', perSecond, seconds: endMs / 1_000 } as const
    const startMs = performance.now()
    const playing = load.play({ requests: products(system.goods), pace })
    await pause(awayFromMs)
    await Promise.all(links.map(link => enable(link, false)))
    await pause(Math.max(1, startMs + awayToMs - performance.now()))
    await Promise.all(links.map(link => enable(link, true)))
    const { report, usage } = await playing
    const before = okPerSlice(report, settledMs, awayFromMs)
    const back = report.timeline.find(({ atMs, ok }) => atMs >= awayToMs && ok >= backAt * before)
    const figures = {
      recovered: okPerSlice(report, calmMs, endMs) / before,
      backMs: back ? back.atMs - awayToMs : Number.NaN,
      errors: report.errorPercent,
    }
    const points = report.timeline.map(
      ({ atMs, ok }) => [atMs / 1_000, (ok * 1_000) / sliceMs] as const,
    )
    const plot = 'Reads while Postgres is away from 3 s to 4 s'
    return {
      stretches: [{ figures, usage }],
      curves: [{ plot, x: 's', y: 'op/s', name: 'answered', points }],
    }
  },
}

function okPerSlice({ timeline }: Report, fromMs: number, toMs: number): number {
  const slices = timeline.filter(({ atMs }) => atMs >= fromMs && atMs + sliceMs <= toMs)
  return slices.reduce((sum, { ok }) => sum + ok, 0) / slices.length
}

async function enable({ adminUrl, name }: Link, enabled: boolean): Promise<void> {
  const answer = await fetch(`${adminUrl}/proxies/${encodeURIComponent(name)}`, {
    method: 'POST',
    body: JSON.stringify({ enabled }),
    signal: AbortSignal.timeout(5_000),
  })
  if (!answer.ok) throw new Error(`${name} was not switched: ${await answer.text()}`)
}
