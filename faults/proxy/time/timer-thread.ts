import { parentPort, workerData } from 'node:worker_threads'

/** The thread of `thread-timer.ts`: sleeps until what is due, says so, waits for the next. */
const { due, changes }: { due: Float64Array; changes: Int32Array } = workerData

for (;;) {
  const change = Atomics.load(changes, 0)
  const [seconds, nanoseconds] = process.hrtime()
  const aheadMs = (due[0] ?? Number.POSITIVE_INFINITY) - seconds * 1_000 - nanoseconds / 1e6
  if (aheadMs > 0) Atomics.wait(changes, 0, change, aheadMs)
  if (Atomics.load(changes, 0) !== change) continue
  if (aheadMs === Number.POSITIVE_INFINITY) continue
  parentPort?.postMessage(0)
  Atomics.wait(changes, 0, change)
}
