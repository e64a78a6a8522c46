import { z } from 'zod'
import { byteCount, milliseconds } from '../contracts/attributes.ts'
import type { Ending, Port, Stage } from '../contracts/toxic.ts'
import type { Deadline } from '../time/timer-queue.ts'

/** When a connection is cut: after a time, after so many bytes, or whichever comes first. */
export const cutAttributes = z.strictObject({
  /** Ms after the toxic met the connection; without `bytes` 0 means at once, idle or not. */
  after: milliseconds.default(0),
  /** So many bytes of this direction still pass. */
  bytes: byteCount.optional(),
})

export function cutting(
  attributes: () => z.infer<typeof cutAttributes>,
  port: Port,
  how: Ending,
): Stage {
  const startedMs = performance.now()
  let timer: Deadline | undefined
  let passed = 0
  const arm = () => {
    port.deadlines.cancel(timer)
    const { after, bytes } = attributes()
    const timed = after > 0 || bytes === undefined
    if (timed) timer = port.deadlines.at(startedMs + after, () => port.close(how))
  }
  arm()
  return {
    chunk: data => {
      const left = (attributes().bytes ?? Number.POSITIVE_INFINITY) - passed
      passed += data.length
      if (left > 0) port.pass(data.subarray(0, left))
      if (data.length < left) return
      port.landed(data.length)
      port.close(how)
    },
    end: () => port.end(),
    updated: arm,
    detach: () => port.deadlines.cancel(timer),
    destroy: () => port.deadlines.cancel(timer),
  }
}
