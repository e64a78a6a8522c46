import { z } from 'zod'
import { defineToxic } from '../contracts/toxic.ts'
import { Holding } from '../stages/holding.ts'

/**
 * Nothing passes, neither FIN nor RST, and nothing is said: a network that swallows packets. When the
 * toxic is removed all flows again, as TCP would send it again; a silent removal leaves it as it is.
 */
export const toxic = defineToxic({
  type: 'black_hole',
  level: 'bytes',
  attributes: z.strictObject({}),
  open: (_attributes, port) => {
    const holding = new Holding(port)
    return {
      chunk: data => (port.healsSilently ? port.landed(data.length) : holding.add(data)),
      end: () => holding.end(),
      swallows: () => true,
      detach: () => holding.flush(),
      destroy: () => holding.clear(),
    }
  },
})
