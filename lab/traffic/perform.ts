import type { Clock } from '../base/clock.ts'
import type { Outcome } from '../journal/journal.ts'
import type { JournalFile } from '../journal/recorder.ts'
import type { Operation, Workload, WorkloadClients } from '../model/workload.ts'

/** Where operations are recorded. */
export type OperationRecorder = Pick<JournalFile, 'record' | 'toRunMs'>

/** An operation that was started. */
export interface Started {
  readonly workload: string
  readonly op: number
  readonly client: number
  readonly operation: Operation
  /** On the lab's clock. */
  readonly intendedMs: number
}

const answeredInTime = new Error('answered')

/** One operation, never longer than the workload's patience. */
export async function perform(
  { giveUpMs }: Pick<Workload<never>, 'giveUpMs'>,
  clients: WorkloadClients,
  { operation, client }: Started,
  clock: Clock,
): Promise<Outcome> {
  const patience = new AbortController()
  const answered = new AbortController()
  const gaveUp = clock.sleep(giveUpMs, answered.signal).then((): Outcome => {
    const error = `gave up after ${giveUpMs} ms without an answer`
    patience.abort(new Error(error))
    return { kind: 'info', ended: 'gave-up', error }
  })
  gaveUp.catch(() => {})
  const call = clients.perform(operation, client, patience.signal)
  call.catch(() => {})
  try {
    return await Promise.race([call, gaveUp])
  } finally {
    // Without a reason given each would make an error of its own, with a stack.
    answered.abort(answeredInTime)
  }
}

export function recordInvoke(recorder: OperationRecorder, started: Started): void {
  const { workload, op, client, operation, intendedMs } = started
  const { f, key, input } = operation
  recorder.record({
    kind: 'invoke',
    workload,
    op,
    client,
    f,
    ...(key === undefined ? {} : { key }),
    input,
    intendedMs: toMicroseconds(recorder.toRunMs(intendedMs)),
  })
}

export function recordComplete(
  recorder: OperationRecorder,
  { workload, op, client, operation, intendedMs }: Started,
  outcome: Outcome,
  clock: Clock,
): void {
  const { f } = operation
  const latencyMs = toMicroseconds(clock.nowMs() - intendedMs)
  recorder.record({ kind: 'complete', workload, op, client, f, outcome, latencyMs })
}

function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
