import { z } from 'zod'
import type { Random } from '../base/random.ts'
import { milliseconds } from '../contracts/attributes.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { DelayLine } from '../stages/delay-line.ts'

/** What one TCP segment carries on an ordinary network. */
const SEGMENT_BYTES = 1_460
/** Sent again so many times at most, each wait twice the one before. */
const MOST_RETRANSMITS = 6

/**
 * What packet loss looks like above TCP: nothing is lost, but with `probability` per segment
 * everything from it on waits for the retransmission, `rto` ms, twice that if it is lost again, …
 */
export const toxic = defineToxic({
  type: 'packet_loss',
  level: 'bytes',
  attributes: z.strictObject({
    probability: z.number().min(0).max(1).default(0.01),
    rto: milliseconds.default(200),
  }),
  open: (attributes, port) => {
    const line = new DelayLine(port)
    return {
      chunk: data => {
        const { probability, rto } = attributes()
        const waitMs = stallMs(data.length, probability, rto, port.random)
        if (waitMs > 0) port.landed(data.length)
        if (waitMs > 0 || !line.empty) line.add(performance.now() + waitMs, data)
        else port.pass(data)
      },
      end: () => (line.empty ? port.end() : line.add(0, () => port.end())),
      detach: () => line.flush(),
      destroy: () => line.clear(),
    }
  },
})

function stallMs(bytes: number, probability: number, rtoMs: number, random: Random): number {
  const segments = Math.ceil(bytes / SEGMENT_BYTES)
  if (random.next() >= 1 - (1 - probability) ** segments) return 0
  let waitMs = rtoMs
  for (let n = 1; n < MOST_RETRANSMITS && random.next() < probability; n++) waitMs += rtoMs * 2 ** n
  return waitMs
}
