import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Outcome } from '../journal/journal.ts'
import type { JournalFile } from '../journal/recorder.ts'
import { ratesOf } from '../model/rates.ts'
import type { LabSystem } from '../model/target.ts'
import type { Operation, Workload, WorkloadClients } from '../model/workload.ts'

/** Traffic in flow. `stop` starts no more operations and waits for those under way. */
export interface Traffic extends AsyncDisposable {
  /** Rejects when the lab itself fails (a workload throws); never resolves before `stop`. */
  readonly failed: Promise<never>
  stop(): Promise<void>
}

interface Desk {
  readonly recorder: JournalFile
  readonly clock: Clock
  readonly random: Random
}

/** No run lasts longer: traffic ends by itself, so that a stuck phase cannot fill the disk. */
const atMostMs = 30 * 60_000

/** Opens the clients of every workload and drives them, open loop, until stopped. */
export async function startTraffic<System extends LabSystem>(
  workloads: readonly Workload<System>[],
  open: (workload: Workload<System>) => Promise<WorkloadClients>,
  desk: Desk,
): Promise<Traffic> {
  const stopping = new AbortController()
  await using opened = new AsyncDisposableStack()
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  failed.catch(() => {})
  const ready: (() => Promise<void>)[] = []
  for (const workload of workloads) {
    const clients = opened.use(await open(workload))
    ready.push(() => drive(workload, clients, desk, stopping.signal))
  }
  const drivers = ready.map(start => start())
  for (const driver of drivers) driver.catch(fail)
  const stop = async () => {
    stopping.abort()
    await Promise.race([Promise.all(drivers), failed])
  }
  const clientsToClose = opened.move()
  return {
    failed,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop().catch(() => {})
      await clientsToClose.disposeAsync()
    },
  }
}

/**
 * Starts operation i within [i, i + 1) / perSecond, where the seed says, whether or not earlier ones
 * have ended. Resolves when told to stop and all answers are in or given up.
 */
async function drive(
  workload: Workload<never>,
  clients: WorkloadClients,
  desk: Desk,
  stopping: AbortSignal,
): Promise<void> {
  const { clock, recorder } = desk
  const times = desk.random.fork(`times/${workload.name}`)
  const inputs = workload.operations(desk.random.fork(`inputs/${workload.name}`))
  const perSecond = ratesOf(workload)[0]?.perSecond ?? 0
  const inFlight = new Set<Promise<void>>()
  let done = false
  const startMs = clock.nowMs()
  recorder.record({ kind: 'traffic', workload: workload.name, step: 'began' })
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  failed.catch(() => {})
  for (let op = 0; !stopping.aborted && clock.nowMs() - startMs < atMostMs; op++) {
    const intendedMs = startMs + ((op + times.next()) * 1000) / perSecond
    await Promise.race([failed, sleepUntil(clock, intendedMs, stopping)])
    if (stopping.aborted) break
    const next = inputs.next()
    if (next.done) {
      done = true
      break
    }
    const client = op % workload.clients
    recordInvoke(recorder, workload.name, op, client, next.value, intendedMs)
    if (inFlight.size >= workload.maxInFlight) {
      complete(op, client, next.value, shed, intendedMs)
      continue
    }
    const call: Promise<void> = perform(workload, clients, next.value, client, clock)
      .then(outcome => complete(op, client, next.value, outcome, intendedMs))
      .catch(fail)
      .finally(() => inFlight.delete(call))
    inFlight.add(call)
  }
  const why = done ? 'done' : 'stopped'
  recorder.record({ kind: 'traffic', workload: workload.name, step: 'ended', why })
  await Promise.race([failed, Promise.all(inFlight)])

  function complete(
    op: number,
    client: number,
    { f }: Operation,
    outcome: Outcome,
    intendedMs: number,
  ): void {
    const latencyMs = Math.round((clock.nowMs() - intendedMs) * 1000) / 1000
    recorder.record({
      kind: 'complete',
      workload: workload.name,
      op,
      client,
      f,
      outcome,
      latencyMs,
    })
  }
}

const shed: Outcome = { kind: 'info', ended: 'shed', error: 'the lab did not send it' }

/** One operation, never longer than the workload's patience. */
export async function perform(
  workload: Workload<never>,
  clients: WorkloadClients,
  operation: Operation,
  client: number,
  clock: Clock,
): Promise<Outcome> {
  const patience = new AbortController()
  const answered = new AbortController()
  const gaveUp = clock.sleep(workload.giveUpMs, answered.signal).then((): Outcome => {
    const error = `gave up after ${workload.giveUpMs} ms without an answer`
    patience.abort(new Error(error))
    return { kind: 'info', ended: 'gave-up', error }
  })
  gaveUp.catch(() => {})
  const call = clients.perform(operation, client, patience.signal)
  call.catch(() => {})
  try {
    return await Promise.race([call, gaveUp])
  } finally {
    answered.abort()
  }
}

export function recordInvoke(
  recorder: JournalFile,
  workload: string,
  op: number,
  client: number,
  operation: Operation,
  intendedClockMs: number,
): void {
  const { f, key, input } = operation
  recorder.record({
    kind: 'invoke',
    workload,
    op,
    client,
    f,
    ...(key === undefined ? {} : { key }),
    input,
    intendedMs: Math.round(recorder.toRunMs(intendedClockMs) * 1000) / 1000,
  })
}

async function sleepUntil(clock: Clock, atMs: number, signal: AbortSignal): Promise<void> {
  const ms = atMs - clock.nowMs()
  if (ms > 0) await clock.sleep(ms, signal).catch(() => {})
}
