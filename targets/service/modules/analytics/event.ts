import { z } from 'zod'

export const newEvent = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'lower case, digits and dashes'),
  properties: z.record(z.string().max(64), z.union([z.string().max(500), z.number(), z.boolean()])),
})
export type NewEvent = z.infer<typeof newEvent>

/** Something that happened, once; `id` tells a second copy from a second event. */
export interface Event extends NewEvent {
  readonly id: string
  readonly userId: string
  readonly at: Date
}
