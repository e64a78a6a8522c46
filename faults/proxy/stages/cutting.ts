import { z } from 'zod'
import { byteCount, milliseconds } from '../contracts/attributes.ts'
import type { Port, Stage } from '../contracts/byte-stage.ts'
import type { Ending } from '../contracts/connection.ts'
import type { TimerEntry } from '../time/timer-queue.ts'

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
  let timer: TimerEntry | undefined
  let passed = 0
  const arm = () => {
    port.timers.cancel(timer)
    const { after, bytes } = attributes()
    const timed = after > 0 || bytes === undefined
    if (timed) timer = port.timers.at(startedMs + after, () => port.close(how))
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
    detach: () => port.timers.cancel(timer),
    destroy: () => port.timers.cancel(timer),
  }
}
