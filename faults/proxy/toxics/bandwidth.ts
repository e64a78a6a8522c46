import { z } from 'zod'
import { defineToxic } from '../contracts/toxic.ts'
import { SliceLine } from '../stages/slice-line.ts'

/** One slice is what passes in this time: small enough to look like a steady stream. */
const SLICE_MS = 10

/** Lets `rate` KB (of 1,000 bytes) through per second; 0 lets nothing through. */
export const toxic = defineToxic({
  type: 'bandwidth',
  level: 'bytes',
  attributes: z.strictObject({ rate: z.int().min(0).max(1_000_000_000).default(0) }),
  open: (attributes, port) =>
    new SliceLine(port, head => {
      const { rate } = attributes()
      if (rate === 0) return undefined
      const size = Math.min(head.length, rate * SLICE_MS)
      // It is due when the wire would have carried all of it.
      return { size, beforeMs: size / rate }
    }),
})
