import { z } from 'zod'
import { milliseconds } from '../contracts/attributes.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { DelayLine } from '../stages/delay-line.ts'

/** Delays the FIN by `delay` ms; data passes at once. */
export const toxic = defineToxic({
  type: 'slow_close',
  level: 'bytes',
  attributes: z.strictObject({ delay: milliseconds.default(0) }),
  open: (attributes, port) => {
    const line = new DelayLine(port)
    return {
      chunk: data => port.pass(data),
      end: () => {
        port.landed(0)
        line.add(performance.now() + attributes().delay, () => port.end())
      },
      updated: () => line.retime(arrivedMs => arrivedMs + attributes().delay),
      detach: () => line.flush(),
      destroy: () => line.clear(),
    }
  },
})
