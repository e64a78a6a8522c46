import { setImmediate as turn } from 'node:timers/promises'
import { type Entry, firstFinalOp, type Journal } from '../journal/journal.ts'
import type { JournalFile } from '../journal/recorder.ts'
import type { Context, LabSystem } from '../model/target.ts'
import type { Operation, Workload } from '../model/workload.ts'
import { perform, recordComplete, recordInvoke } from './perform.ts'

/** So many clients read side by side, where the workload has them. */
const sideBySide = 16

/** What is there in the end, on a calm system: each client reads one thing after the other. */
export async function finalReads<System extends LabSystem>(
  workloads: readonly Workload<System>[],
  system: System,
  context: Context,
  recorder: JournalFile,
): Promise<void> {
  for (const workload of workloads) {
    if (!workload.finale) continue
    await using clients = await workload.open(system, context)
    const { name } = workload
    const reads = numbered(workload.finale(await ownEntries(recorder, name)))
    const readers = workload.finaleInOrder ? 1 : Math.min(workload.clients, sideBySide)
    const reading = Array.from({ length: readers }, async (_, client) => {
      // All take from the one iterator; whoever throws ends it for the others too.
      for (const { op, operation } of reads) {
        context.signal.throwIfAborted()
        const intendedMs = context.clock.nowMs()
        const started = { workload: name, op, client, operation, intendedMs }
        recordInvoke(recorder, started)
        const outcome = await perform(workload, clients, started, context.clock)
        recordComplete(recorder, started, outcome, context.clock)
      }
    })
    const failed = (await Promise.allSettled(reading)).find(one => one.status === 'rejected')
    if (failed) throw failed.reason
  }
}

function* numbered(operations: Iterable<Operation>) {
  let op = firstFinalOp
  for (const operation of operations) yield { op: op++, operation }
}

/** Other work gets its turns meanwhile: of a long run it takes seconds. */
async function ownEntries(recorder: JournalFile, workload: string): Promise<Journal> {
  const own: Entry[] = []
  for (const entry of recorder.entries()) {
    if ('workload' in entry && entry.workload === workload) own.push(entry)
    if (entry.index % 1_000 === 0) await turn()
  }
  return own
}
