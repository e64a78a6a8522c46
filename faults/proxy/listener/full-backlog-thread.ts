import { createServer } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

/** The thread of `deaf-listener.ts`: listens, stands still until the gate opens, ends. */
const { address, gate } = workerData
const server = createServer()
server.once('error', error => {
  parentPort?.postMessage(error.message)
})
server.listen({ ...address, backlog: 1 }, () => {
  parentPort?.postMessage(undefined)
  Atomics.wait(gate, 0, 0)
  // Without a turn of the loop: one would accept what waits in the queue.
  process.exit(0)
})
