import { z } from 'zod'
import { DelayLine } from '../delay-line.ts'
import type { Random } from '../random.ts'
import { defineToxic } from '../toxic.ts'

const attributes = z
  .strictObject({
    average_size: z.int().min(1).max(1_073_741_824),
    size_variation: z.int().min(0).max(1_073_741_824).default(0),
    delay: z.int().min(0).max(2_147_483_647).default(0),
  })
  .refine(given => given.size_variation < given.average_size, {
    path: ['size_variation'],
    message: 'must be less than average_size',
  })

/** Cuts data into slices of `average_size` ± `size_variation` bytes, `delay` µs after each. */
export const toxic = defineToxic({
  type: 'slicer',
  level: 'bytes',
  attributes,
  open: (attributes, port) => {
    const line = new DelayLine(port)
    let freeMs = 0
    return {
      chunk: data => {
        port.landed(data.length)
        const delayMs = attributes().delay / 1000
        for (const slice of slices(data, attributes(), port.random)) {
          freeMs = Math.max(freeMs, performance.now())
          if (line.empty && freeMs <= performance.now()) port.pass(slice)
          else line.add(freeMs, slice)
          freeMs += delayMs
        }
      },
      end: () => (line.empty ? port.end() : line.add(0, () => port.end())),
      detach: () => line.flush(),
      destroy: () => line.clear(),
    }
  },
})

function* slices(
  data: Buffer,
  sizes: { readonly average_size: number; readonly size_variation: number },
  random: Random,
): Iterable<Buffer> {
  const { average_size: average, size_variation: variation } = sizes
  let start = 0
  while (start < data.length) {
    const size = random.integer(average - variation, average + variation)
    yield data.subarray(start, start + size)
    start += size
  }
}
