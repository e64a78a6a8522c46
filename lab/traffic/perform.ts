import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { endings, type Outcome } from '../journal/journal.ts'
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
  try {
    const call = clients.perform(operation, client, patience.signal)
    const outcome = outcomeOf(await Promise.race([call, gaveUp]))
    if (patience.signal.aborted) await noticeThrow(call, patience.signal)
    return outcome
  } finally {
    // Without a reason given each would make an error of its own, with a stack.
    answered.abort(answeredInTime)
  }
}

/** A client that throws something of its own when it is told to give up has failed all the same. */
async function noticeThrow(call: Promise<unknown>, { reason }: AbortSignal): Promise<void> {
  const thrown = call.then(
    () => undefined,
    (error: unknown) => error,
  )
  const error = await Promise.race([thrown, setImmediate(undefined)])
  const aborted = error === reason || (error instanceof Error && error.name === 'AbortError')
  if (error !== undefined && !aborted) throw error
}

/** What a workload says comes from outside: an outcome that is none is the lab's own error. */
function outcomeOf(said: Outcome): Outcome {
  if (Object(said) === said) {
    if (said.kind === 'ok' && 'value' in said) return said
    const notOk = said.kind === 'fail' || said.kind === 'info'
    if (notOk && endings.includes(said.ended) && typeof said.error === 'string') return said
  }
  throw new Error(`perform() resolved to what is no outcome: ${JSON.stringify(said)}`)
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
