import { z } from 'zod'
import { defineToxic } from '../contracts/toxic.ts'

/** Passes everything on at once: the example to copy, and the zero of every measurement. */
export const toxic = defineToxic({
  type: 'noop',
  level: 'bytes',
  attributes: z.strictObject({}),
  open: (_attributes, port) => ({
    chunk: data => port.pass(data),
    end: () => port.end(),
    detach: () => {},
  }),
})
