import { z } from 'zod'

const ms = z.number().nonnegative()

/** A strike as planned. */
const strike = z.object({
  id: z.int(),
  name: z.string(),
  label: z.string(),
  kind: z.enum(['lasting', 'momentary', 'destructive']),
  /** In ms since the inject phase began; absent where it waits for something. */
  atMs: ms.exactOptional(),
  /** How long it is to be in force; absent: until the heal phase, or over at once. */
  forMs: ms.exactOptional(),
  /** The least it must land in all, and on each part it is aimed at. */
  least: z.number(),
  leastEach: z.number(),
})

/** A stretch of traffic: so many operations a second from here on, changing evenly to the next. */
const rate = z.object({ fromMs: ms, perSecond: z.number() })

const workload = z.object({
  name: z.string(),
  clients: z.int(),
  giveUpMs: ms,
  /** Planned operations a second over time, since traffic began; the last one goes on. */
  rates: z.array(rate),
  /** It may end by itself before the run does. */
  finite: z.boolean(),
})

const hypothesis = z.object({
  sentence: z.string(),
  expected: z.string(),
  /** The window it is judged over; absent where the system itself is asked. */
  overMs: ms.exactOptional(),
})

const proof = z.object({ name: z.string(), breaks: z.string(), mayAlsoBreak: z.array(z.string()) })

/** What a run was asked to do, as its journal keeps it: the list of evidence is made from this. */
export const planEntry = z.object({
  because: z.string(),
  target: z.string(),
  baselineMs: ms,
  steadyWithinMs: ms,
  durationMs: ms,
  recoverWithinMs: ms,
  steadyState: z.array(hypothesis),
  workloads: z.array(workload),
  strikes: z.array(strike),
  abortWhen: z.array(z.object({ probe: z.string(), expected: z.string(), forMs: ms })),
  checks: z.record(z.string(), z.string()),
  defences: z.array(proof),
  controls: z.array(proof),
})

export type PlanEntry = z.infer<typeof planEntry>
export type PlannedStrike = z.infer<typeof strike>
export type PlannedWorkload = z.infer<typeof workload>
