import type { Clock } from '../base/clock.ts'
import type { JournalFile } from '../journal/recorder.ts'
import type { Meter } from '../model/meter.ts'
import { figuresOf } from '../processes/process-figures.ts'

const everyMs = 1_000
/** A part that is hurt may not answer; its meter is asked again with the next sample. */
const patienceMs = 900

/** The processes of a run that live, by pid, from now on. */
export function followProcesses(recorder: JournalFile): ReadonlyMap<number, string> {
  const alive = new Map<number, string>()
  recorder.onEntry(entry => {
    if (entry.kind !== 'process') return
    if (entry.step === 'exited') alive.delete(entry.pid)
    else alive.set(entry.pid, entry.process)
  })
  return alive
}

/**
 * Samples each second, until disposed, what the living processes of the run use, as the operating
 * system tells it, and what the meters tell.
 */
export function sampleResources(
  alive: ReadonlyMap<number, string>,
  meters: readonly Meter[],
  recorder: JournalFile,
  clock: Clock,
): AsyncDisposable {
  const over = new AbortController()
  const sample = async () => {
    const figures = await figuresOf([...alive.keys()])
    for (const [pid, found] of figures) {
      const of = alive.get(pid)
      if (of !== undefined) recorder.record({ kind: 'resources', of, figures: found })
    }
    await Promise.all(meters.map(meter => read(meter, recorder, over.signal)))
  }
  const sampling = (async () => {
    while (!over.signal.aborted) {
      const dueMs = clock.nowMs() + everyMs
      await sample()
      await clock.sleep(Math.max(0, dueMs - clock.nowMs()), over.signal).catch(() => {})
    }
  })()
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort()
      await sampling
    },
  }
}

async function read({ of, read }: Meter, recorder: JournalFile, over: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([over, AbortSignal.timeout(patienceMs)])
  const patience = new Promise<undefined>(resolve => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  const said = await Promise.race([read(signal).catch(() => undefined), patience])
  // What a part says comes from outside: one that is no number is left out.
  const known = Object.entries(said ?? {}).filter(([, figure]) => Number.isFinite(figure))
  if (known.length > 0) {
    recorder.record({ kind: 'resources', of, figures: Object.fromEntries(known) })
  }
}
