import { z } from 'zod'
import { milliseconds } from '../contracts/attributes.ts'
import { defineToxic } from '../contracts/toxic.ts'

/**
 * Leaves one side alone with a connection that only it believes in: `after` ms after the toxic met
 * it, the source of this stream is reset (`downstream`: the server), and the other side hears
 * nothing and is heard by nobody. Removing the toxic ends that side with RST, as a peer that lost
 * its state answers; a silent removal leaves it alone for good.
 */
export const toxic = defineToxic({
  type: 'half_open',
  level: 'bytes',
  attributes: z.strictObject({ after: milliseconds.default(0) }),
  open: (attributes, port) => {
    let orphaned = false
    const timer = port.timers.in(attributes().after, () => {
      orphaned = true
      port.landed(0)
      port.orphanSink()
    })
    return {
      chunk: data => {
        if (orphaned) port.landed(data.length)
        else port.pass(data)
      },
      end: () => {
        if (!orphaned) port.end()
      },
      swallows: () => orphaned,
      detach: () => {
        port.timers.cancel(timer)
        if (orphaned) port.close('rst')
      },
      destroy: () => port.timers.cancel(timer),
    }
  },
})
