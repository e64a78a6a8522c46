import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { toMs } from '../base/duration.ts'
import { isClosedLoop, ratesOf } from '../model/rates.ts'
import type { Workload, WorkloadClients } from '../model/workload.ts'
import { dueTimes } from './due-times.ts'
import { Operations, type TrafficContext } from './operations.ts'
import { watchRate } from './watch-rate.ts'

/** No run lasts longer: traffic ends by itself, so that a stuck phase cannot fill the disk. */
const usualAtMostMs = 30 * 60_000
/** Behind its rate the generator starts operations for so long, then lets the process do the rest. */
const sliceMs = 5

/**
 * Makes a workload's traffic until told to stop, or until it has no more operations. Resolves when all
 * answers are in or given up. With the same seed the inputs and the intended times are the same.
 * @throws what the workload threw.
 */
export async function generate(
  workload: Workload<never>,
  clients: WorkloadClients,
  context: TrafficContext,
  stopping: AbortSignal,
): Promise<void> {
  const { recorder } = context
  const { name } = workload
  const operations = new Operations(workload, clients, context)
  const over = AbortSignal.any([stopping, operations.failed])
  recorder.record({ kind: 'traffic', workload: name, step: 'began' })
  const why = isClosedLoop(workload.perSecond)
    ? await closedLoop(workload, toMs(workload.perSecond.thinkTime), operations, context, over)
    : await openLoop(workload, operations, context, over)
  recorder.record({ kind: 'traffic', workload: name, step: 'ended', why })
  await operations.settled()
}

/** Starts each operation at its time, whether or not earlier ones have ended. */
async function openLoop(
  workload: Workload<never>,
  operations: Operations,
  context: TrafficContext,
  over: AbortSignal,
): Promise<'stopped' | 'done'> {
  const { clock, random, atMostMs = usualAtMostMs } = context
  const rates = ratesOf(workload)
  const startMs = clock.nowMs()
  const pace = context.paces?.get(workload.name)
  using _watch = pace ? undefined : watchRate(workload.name, rates, operations, context)
  let sliceEndMs = startMs + sliceMs
  for (const dueMs of dueTimes(rates, random.fork(`times/${workload.name}`))) {
    const intendedMs = pace ? await pace.intended(dueMs, clock, over) : startMs + dueMs
    if (intendedMs - startMs > atMostMs) return 'done'
    const nowMs = clock.nowMs()
    if (intendedMs > nowMs || nowMs > sliceEndMs) {
      await sleepUntil(intendedMs, clock, over)
      sliceEndMs = clock.nowMs() + sliceMs
    }
    if (over.aborted) return 'stopped'
    if (!operations.start(intendedMs)) return 'done'
  }
  await sleepUntil(startMs + atMostMs, clock, over)
  return over.aborted ? 'stopped' : 'done'
}

/** Each client waits for its answer, then from half to one and a half of the think time. */
async function closedLoop(
  { name, clients }: Workload<never>,
  thinkMs: number,
  operations: Operations,
  { clock, random, atMostMs = usualAtMostMs }: TrafficContext,
  over: AbortSignal,
): Promise<'stopped' | 'done'> {
  const endMs = clock.nowMs() + atMostMs
  const each = Array.from({ length: clients }, async (_, client) => {
    const times = random.fork(`times/${name}/${client}`)
    let pauseMs = times.next() * thinkMs
    while (clock.nowMs() < endMs) {
      const intendedMs = clock.nowMs() + pauseMs
      await sleepUntil(intendedMs, clock, over)
      if (over.aborted) return
      const started = operations.start(intendedMs, client)
      if (!started) return
      await started.ended
      pauseMs = (0.5 + times.next()) * thinkMs
    }
  })
  await Promise.all(each)
  return over.aborted ? 'stopped' : 'done'
}

/** Where the moment has passed, timers, input and signals have their turn all the same. */
async function sleepUntil(atMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const ms = atMs - clock.nowMs()
  if (ms > 0) await clock.sleep(ms, signal).catch(() => {})
  else await setImmediate()
}
