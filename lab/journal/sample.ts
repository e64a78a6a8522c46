import { z } from 'zod'

const count = z.number().nonnegative()

/** What was measured in one second of a game day. */
export const sampleFields = {
  /** By workload: answers that were ok, failed, unknown; 50th and 95th percentile of the ok ones, ms; -1: none. */
  traffic: z.record(z.string(), z.tuple([count, count, count, z.number(), z.number()])),
  /** By link with traffic: requests, errors, new connections, kilobytes. */
  wire: z.record(z.string(), z.tuple([count, count, count, count])),
  /** By process or server: its last figures; `cpu` is a share of one core. */
  parts: z.record(z.string(), z.record(z.string(), z.number())),
  /** By sentence of the steady state: whether it held. */
  steady: z.record(z.string(), z.boolean()),
  /** By panel, by series: what the monitoring system said, each other second. */
  drawn: z.record(z.string(), z.record(z.string(), z.number())).exactOptional(),
}

const sample = z.object(sampleFields)
export type Sampled = z.infer<typeof sample>

export interface SampleEvent extends Sampled {
  readonly kind: 'sample'
}

/** With the moment at which its second ended. */
export interface Sample extends Sampled {
  readonly atMs: number
}
