import { z } from 'zod'
import { milliseconds } from '../contracts/attributes.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { DelayLine } from '../stages/delay-line.ts'

/** A chunk lies in the kernel until the loop wakes up and reads it; that takes at least about this. */
const READ_LATE_MS = 0.04

/** Delays each chunk by `latency` ± `jitter` ms, never out of order. A FIN waits for the chunks before it. */
export const toxic = defineToxic({
  type: 'latency',
  level: 'bytes',
  attributes: z.strictObject({ latency: milliseconds.default(0), jitter: milliseconds.default(0) }),
  open: (attributes, port) => {
    const line = new DelayLine(port)
    const due = (arrivedMs: number) => {
      const { latency, jitter } = attributes()
      return arrivedMs - READ_LATE_MS + latency + jitter * (2 * port.random.next() - 1)
    }
    return {
      chunk: data => {
        port.landed(data.length)
        line.add(due(performance.now()), data)
      },
      end: () => (line.empty ? port.end() : line.add(0, () => port.end())),
      updated: () => line.retime(due),
      detach: () => line.flush(),
      destroy: () => line.clear(),
    }
  },
})
