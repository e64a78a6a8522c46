import { z } from 'zod'

/** What a wire event says beside its link, as a proxy sends it and as the journal keeps it. */
export const wireFields = {
  connection: z.number(),
  what: z.enum([
    'connect',
    'refused',
    'close',
    'request',
    'response',
    'toxic',
    'unparsed',
    'abandoned',
  ]),
  message: z.string().exactOptional(),
  key: z.string().exactOptional(),
  trace: z.string().exactOptional(),
  error: z.string().exactOptional(),
  detail: z.string().exactOptional(),
}
