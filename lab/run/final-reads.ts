import { firstFinalOp } from '../journal/journal.ts'
import type { JournalFile } from '../journal/recorder.ts'
import type { Context, LabSystem } from '../model/target.ts'
import type { Workload } from '../model/workload.ts'
import { perform, recordInvoke } from './traffic.ts'

/** What is there in the end: one fresh client, one read after the other, on a calm system. */
export async function finalReads<System extends LabSystem>(
  workloads: readonly Workload<System>[],
  system: System,
  context: Context,
  recorder: JournalFile,
): Promise<void> {
  for (const workload of workloads) {
    if (!workload.finale) continue
    await using clients = await workload.open(system, context)
    let op = firstFinalOp
    for (const operation of workload.finale([...recorder.entries])) {
      context.signal.throwIfAborted()
      const startMs = context.clock.nowMs()
      recordInvoke(recorder, workload.name, op, 0, operation, startMs)
      const outcome = await perform(workload, clients, operation, 0, context.clock)
      const latencyMs = Math.round((context.clock.nowMs() - startMs) * 1000) / 1000
      const { name } = workload
      recorder.record({
        kind: 'complete',
        workload: name,
        op: op++,
        client: 0,
        f: operation.f,
        outcome,
        latencyMs,
      })
    }
  }
}
