import { z } from 'zod'
import { defineToxic } from '../contracts/toxic.ts'

/** New connects are refused (nobody listens). Open connections live on. */
export const toxic = defineToxic({
  type: 'refuse',
  level: 'listener',
  attributes: z.strictObject({}),
  apply: (_attributes, listener) => listener.refuse(),
})
