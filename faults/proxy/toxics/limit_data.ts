import { z } from 'zod'
import { byteCount } from '../contracts/attributes.ts'
import { defineToxic } from '../contracts/toxic.ts'

/** Passes `bytes` bytes, counted from when the toxic met the connection, and closes it after them. */
export const toxic = defineToxic({
  type: 'limit_data',
  level: 'bytes',
  attributes: z.strictObject({ bytes: byteCount.default(0) }),
  open: (attributes, port) => {
    let passed = 0
    return {
      chunk: data => {
        const left = Math.max(0, attributes().bytes - passed)
        passed += data.length
        if (left > 0) port.pass(data.subarray(0, left))
        if (data.length < left) return
        port.landed(data.length - left)
        port.finish()
      },
      end: () => port.end(),
      detach: () => {},
    }
  },
})
