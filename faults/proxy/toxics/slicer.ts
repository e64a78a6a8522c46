import { z } from 'zod'
import { defineToxic } from '../contracts/toxic.ts'
import { SliceLine } from '../stages/slice-line.ts'

const attributes = z.strictObject({
  average_size: z.int().min(1).max(1_073_741_824),
  size_variation: z.int().min(0).max(1_073_741_824).default(0),
  delay: z.int().min(0).max(2_147_483_647).default(0),
})

/**
 * Cuts data into slices of `average_size` ± `size_variation` bytes, at least one, `delay` µs after
 * each.
 */
export const toxic = defineToxic({
  type: 'slicer',
  level: 'bytes',
  attributes,
  open: (attributes, port) =>
    new SliceLine(port, () => {
      const { average_size: average, size_variation: variation, delay } = attributes()
      const size = port.random.integer(Math.max(1, average - variation), average + variation)
      return { size, afterMs: delay / 1000 }
    }),
})
