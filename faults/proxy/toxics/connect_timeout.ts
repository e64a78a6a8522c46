import { z } from 'zod'
import { defineToxic } from '../contracts/toxic.ts'

/** New connects are never answered: their SYN packets are dropped. Open connections live on. */
export const toxic = defineToxic({
  type: 'connect_timeout',
  level: 'listener',
  attributes: z.strictObject({}),
  apply: (_attributes, listener) => listener.ignore(),
})
