import { createServer } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

/** The thread of `full-backlog-listener.ts`: listens, blocks until `end` is not 0, exits. */
const { address, end } = workerData
const server = createServer()
server.once('error', error => {
  parentPort?.postMessage(error.message)
})
server.listen({ ...address, backlog: 1 }, () => {
  parentPort?.postMessage(undefined)
  Atomics.wait(end, 0, 0)
  // Without a turn of the loop: one would accept what waits in the queue.
  process.exit(0)
})
