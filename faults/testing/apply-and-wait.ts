import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { testRun } from '../../targets/testing/test-run.ts'
import { examplesOf } from './examples-of.ts'
import { contextOf } from './fault-bench.ts'
import { systemOf } from './system-of.ts'

/** A lab that makes the faults it is told to, each owed to its ledger first, and waits to be killed. */
const told = z
  .object({
    room: z.string(),
    selector: z.string().optional(),
    aims: z.array(z.object({ fault: z.int(), part: z.unknown() })),
  })
  .parse(JSON.parse(await text(process.stdin)))

const faults = await examplesOf<unknown>(told.room, 'lasting', told.selector)
const run = await testRun()
const context = contextOf(run)
for (const { fault: index, part } of told.aims) {
  const fault = faults[index]
  if (!fault) throw new Error(`expected a fault ${index}, found ${faults.length} in all`)
  const { undo, apply } = await fault.plan(systemOf(part), context)
  if (!undo) throw new Error(`${fault.label} has no undo`)
  await run.ledger.owe(fault.label, undo)
  await apply()
}
const folder = dirname(run.runFolder)
const ledgerFile = join(folder, 'lab', 'ledgers', `${run.runId}.jsonl`)
process.stdout.write(`${JSON.stringify({ folder, ledgerFile })}\n`)
setInterval(() => {}, 60_000)
