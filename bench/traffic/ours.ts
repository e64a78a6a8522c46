import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { systemClock } from '../../lab/base/clock.ts'
import { seeded } from '../../lab/base/random.ts'
import { JournalFile } from '../../lab/journal/recorder.ts'
import type { Workload, WorkloadClients } from '../../lab/model/workload.ts'
import { startTraffic } from '../../lab/traffic/traffic.ts'
import { httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'

/** The lab's traffic against the server, as a run makes it, journal included. Prints intended times. */
const settings = z.object({ url: z.string(), perSecond: z.number(), seconds: z.number() })
const { url, perSecond, seconds } = settings.parse(JSON.parse(process.argv[2] ?? ''))

const done = z.object({ done: z.boolean() })
const maxInFlight = 400
const open = async (): Promise<WorkloadClients> => {
  const client = httpClient({ connections: maxInFlight })
  return {
    perform: ({ key, input }, _client, signal) =>
      client.ask({ url: `${url}/op/${key}`, method: 'POST', body: input, signal }, answer =>
        httpOutcome(answer, body => done.parse(body).done),
      ),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}
const workload: Workload = {
  name: 'bench',
  perSecond,
  clients: 50,
  maxInFlight,
  giveUpMs: 4_000,
  operations: function* () {
    for (let id = 0; ; id++) yield { f: 'op', key: `${id}`, input: { id } }
  },
  open,
}

/** By then the journal holds as much as it ever does in memory, if the run lasts longer. */
const filledMs = Math.min(12_000, (seconds * 1_000) / 2)

/** What is in use, without what is only not collected yet, where that can be told apart. */
function held(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const folder = await mkdtemp(join(tmpdir(), 'lab-bench-traffic-'))
try {
  using journal = new JournalFile({ file: join(folder, 'journal.jsonl'), clock: systemClock })
  const startMs = performance.timeOrigin + systemClock.nowMs() - journal.nowMs()
  const context = { recorder: journal, clock: systemClock, random: seeded(1) }
  await using traffic = await startTraffic([workload], open, context)
  await Promise.race([traffic.failed, systemClock.sleep(filledMs)])
  const [heldThen, countThen] = [held(), journal.count]
  await Promise.race([traffic.failed, systemClock.sleep(seconds * 1_000 - filledMs)])
  // Of an operation there are two entries.
  const keptBytes = (held() - heldThen) / ((journal.count - countThen) / 2)
  await traffic.stop()
  const intended: number[] = []
  let failed = 0
  for (const entry of journal.entries()) {
    if (entry.kind === 'invoke') intended.push(startMs + entry.intendedMs)
    if (entry.kind === 'complete' && entry.outcome.kind !== 'ok') failed++
  }
  console.log(JSON.stringify({ intended, failed, keptBytes }))
} finally {
  await rm(folder, { recursive: true })
}
