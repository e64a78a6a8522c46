import { z } from 'zod'
import { milliseconds } from '../contracts/attributes.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { Holding } from '../stages/holding.ts'

/**
 * Lets no data through, and closes the connection `timeout` ms after the toxic met it (0: never).
 * What was kept back flows again when the toxic is removed, as TCP would send it again.
 */
export const toxic = defineToxic({
  type: 'timeout',
  level: 'bytes',
  attributes: z.strictObject({ timeout: milliseconds.default(0) }),
  open: (attributes, port) => {
    const holding = new Holding(port)
    const startedMs = performance.now()
    const arm = () => {
      const { timeout } = attributes()
      if (timeout > 0) holding.expire(startedMs + timeout, expire)
      else holding.persist()
    }
    const expire = () => {
      port.landed(0)
      port.finish()
    }
    arm()
    return {
      chunk: data => holding.add(data),
      end: () => port.end(),
      updated: arm,
      detach: () => holding.flush(),
      destroy: () => holding.clear(),
    }
  },
})
