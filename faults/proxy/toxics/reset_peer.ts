import { z } from 'zod'
import { milliseconds } from '../contracts/attributes.ts'
import { defineToxic } from '../contracts/toxic.ts'
import { Holding } from '../stages/holding.ts'

/**
 * Resets the connection (RST to both sides) `timeout` ms after the first data or FIN that meets the
 * toxic, on connections already open too. Nothing passes meanwhile. For idle ones: `reset`.
 */
export const toxic = defineToxic({
  type: 'reset_peer',
  level: 'bytes',
  attributes: z.strictObject({ timeout: milliseconds.default(0) }),
  open: (attributes, port) => {
    const holding = new Holding(port)
    let firstMs: number | undefined
    const arm = () => {
      firstMs ??= performance.now()
      const { timeout } = attributes()
      if (timeout === 0) port.close('rst')
      else holding.expire(firstMs + timeout, () => port.close('rst'))
    }
    return {
      chunk: data => {
        holding.add(data)
        if (firstMs === undefined) arm()
      },
      end: () => {
        holding.end()
        if (firstMs === undefined) arm()
      },
      updated: () => firstMs !== undefined && arm(),
      detach: () => holding.flush(),
      destroy: () => holding.clear(),
    }
  },
})
