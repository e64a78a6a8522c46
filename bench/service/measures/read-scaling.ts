import { sql } from '../../../targets/scenarios/person.ts'
import { startLoad } from '../load.ts'
import type { Curve, Measure, Stretch } from '../measure.ts'
import { products, reads } from '../requests.ts'
import type { System } from '../system.ts'

const clients = [10, 100, 1_000] as const
const patient = { 'x-deadline-ms': '10000' }
const seconds = 3

/**
 * More and more clients, each asking again when it is answered; and what kept connections are worth.
 * Scenarios: LOD-05
 */
export const measure: Measure = {
  name: 'read-scaling',
  scenario: 'LOD-05',
  goals: [
    ...clients.map(count => ({
      figure: `rate${count}`,
      title: `reads by ${count} clients: rate`,
      unit: 'op/s',
    })),
    {
      figure: 'scaling',
      title: 'reads by 1,000 clients ÷ by 10',
      unit: '',
      atLeast: 0.9,
      isOwn: true,
    },
    {
      figure: 'errors',
      title: 'reads by 1,000 clients: errors',
      unit: '%',
      atMost: 1,
      isOwn: true,
    },
    {
      figure: 'kept',
      title: 'reads over kept connections ÷ over one each',
      unit: '',
      atLeast: 1,
      isOwn: true,
    },
    {
      figure: 'opened',
      title: 'Postgres connections opened per 1,000 statements',
      unit: '',
      atMost: 1,
      isOwn: true,
    },
  ],
  run: async system => {
    const { stretch, curve } = await scale(system)
    return { stretches: [stretch, await reuse(system)], curves: [curve] }
  },
}

async function scale(system: System): Promise<{ stretch: Stretch; curve: Curve }> {
  const requests = reads(system.goods).map(each => ({ ...each, headers: patient }))
  await using load = await startLoad(system, Math.max(...clients))
  const by = async (count: number) =>
    load.play({ requests, pace: { kind: 'closed', clients: count, seconds } })
  const [few, more, many] = [await by(10), await by(100), await by(1_000)]
  const points = [few, more, many].map(
    ({ report }, index) => [clients[index] ?? 0, report.okPerSecond] as const,
  )
  const figures = {
    ...Object.fromEntries(points.map(([count, rate]) => [`rate${count}`, rate])),
    scaling: many.report.okPerSecond / few.report.okPerSecond,
    errors: many.report.errorPercent,
  }
  const plot = 'Reads by clients that ask again when answered'
  return {
    stretch: { figures, usage: many.usage },
    curve: { plot, x: 'clients', y: 'op/s', name: 'reads', points },
  }
}

async function reuse(system: System): Promise<Stretch> {
  await using load = await startLoad(system, 100)
  const requests = products(system.goods)
  const pace = { kind: 'closed', clients: 50, seconds } as const
  const before = await backends(system)
  const statementsBefore = await statements(system)
  const kept = await load.play({ requests, pace })
  const made = (await backends(system)).filter(pid => !before.includes(pid)).length
  const asked = (await statements(system)) - statementsBefore
  const each = await load.play({ requests, pace, closeEach: true })
  return {
    figures: {
      kept: kept.report.okPerSecond / each.report.okPerSecond,
      opened: (1_000 * made) / asked,
    },
    usage: kept.usage,
  }
}

/** The server's processes for the api instances, one for each connection. */
async function backends({ app, api }: System): Promise<readonly number[]> {
  const query = 'select pid from pg_stat_activity where application_name = any($1)'
  const rows = await sql<{ pid: number }>(app, query, [api.map(({ name }) => name)])
  return rows.map(({ pid }) => pid)
}

/** By the service's own count. */
async function statements({ api }: System): Promise<number> {
  const answers = await Promise.all(api.map(each => each.client().get('/metrics')))
  return answers
    .map(({ text }) => /^pg_queries_total\{[^}]*\} (\d+)/m.exec(text)?.[1])
    .reduce((sum, count) => sum + Number(count ?? Number.NaN), 0)
}
