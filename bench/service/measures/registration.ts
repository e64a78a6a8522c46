import { setTimeout as pause } from 'node:timers/promises'
import { sql } from '../../../targets/scenarios/person.ts'
import { startLoad } from '../load.ts'
import type { Measure } from '../measure.ts'
import { registrations } from '../requests.ts'
import type { System } from '../system.ts'

const pace = { kind: 'open', perSecond: 115, seconds: 12 } as const
const mailWithinMs = 60_000
const lookEveryMs = 100

/**
 * People who register, argon2id at 19 MiB and two passes included, until each has the mail.
 * Scenarios: LOD-04
 */
export const measure: Measure = {
  name: 'registration',
  scenario: 'LOD-04',
  goals: [
    { figure: 'rate', title: 'registrations: rate', unit: 'op/s', atLeast: 100 },
    { figure: 'errors', title: 'registrations: errors', unit: '%', atMost: 1, isOwn: true },
    { figure: 'p95', title: 'registrations: p95', unit: 'ms' },
    { figure: 'mailed', title: 'registered and mail delivered', unit: 'op/s', atLeast: 100 },
  ],
  run: async system => {
    await using load = await startLoad(system, 200)
    const before = await delivered(system)
    const startMs = performance.now()
    const { report, usage } = await load.play({ requests: registrations(), pace })
    await untilDelivered(system, before + report.ok)
    const mailed = report.ok / ((performance.now() - startMs) / 1_000)
    const { okPerSecond, errorPercent, latency } = report
    return {
      stretches: [
        {
          figures: { rate: okPerSecond, errors: errorPercent, p95: latency.p95Ms, mailed },
          usage,
        },
      ],
    }
  },
}

/** Mails that the mail server has accepted. */
async function delivered({ app }: System): Promise<number> {
  const query = 'select count(*)::int as n from mail_outbox where sent_at is not null'
  const [row] = await sql<{ n: number }>(app, query)
  return row?.n ?? 0
}

async function untilDelivered(system: System, wanted: number): Promise<void> {
  const endsAt = performance.now() + mailWithinMs
  for (;;) {
    const found = await delivered(system)
    if (found >= wanted) return
    if (performance.now() > endsAt) {
      throw new Error(`expected ${wanted} mails within ${mailWithinMs} ms, found ${found}`)
    }
    await pause(lookEveryMs)
  }
}
