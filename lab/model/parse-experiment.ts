import { z } from 'zod'
import { LabError } from '../base/errors.ts'
import type { Experiment } from './experiment.ts'

/** @throws {LabError} `broken-experiment` with the fields that are wrong. */
export function parseExperiment(file: string, value: unknown): Experiment {
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  const found = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw broken(file, found.join('\n           '), 'Correct the fields named above.')
}

/** Inert data is looked at member by member; what only runs can show is left to the run. */
const shape = z.custom<Experiment>().superRefine((value, context) => {
  const { error } = members.safeParse(value)
  for (const { path, message } of error?.issues ?? []) {
    context.addIssue({ code: 'custom', path, message })
  }
})

const named = { name: z.string() }
const method = z.custom<() => unknown>(value => typeof value === 'function', 'expected a function')
const target = z.object({ ...named, defences: z.array(z.string()), start: method })
const strike = z.object({
  moment: z.object({ kind: z.enum(['at', 'after', 'when']) }),
  fault: z.object({ ...named, label: z.string(), needs: z.array(z.string()), plan: method }),
  least: z.int().nonnegative().optional(),
  leastEach: z.int().nonnegative().optional(),
})
const members = z.object({
  title: z.string().min(1),
  because: z.string().min(1),
  tier: z.enum(['push', 'night']).optional(),
  target,
  steadyState: z.array(
    z.object({
      sentence: z.string(),
      probe: z.object(named),
      overMs: z.number().positive(),
      samples: z.number().positive(),
    }),
  ),
  workloads: z.array(
    z.object({
      ...named,
      perSecond: z.union([
        z.number().positive(),
        z.array(z.object({ for: z.string(), perSecond: z.number().nonnegative() })).min(1),
        z.object({ thinkTime: z.string() }),
      ]),
      clients: z.int().positive(),
      maxInFlight: z.int().positive(),
      giveUpMs: z.number().positive(),
      operations: method,
      open: method,
    }),
  ),
  schedule: z.array(strike),
  controls: z
    .array(
      z.object({
        ...named,
        breaks: z.string(),
        mayAlsoBreak: z.array(z.string()),
        strikes: z.array(strike),
        target: target.optional(),
      }),
    )
    .optional(),
  abortWhen: z.array(z.object({ probe: z.object(named), forMs: z.number().positive() })),
  checks: z.record(z.string(), z.object({ ...named, check: method })),
  defences: z.array(
    z.object({
      ...named,
      off: z.array(z.string()).min(1),
      breaks: z.string(),
      mayAlsoBreak: z.array(z.string()),
    }),
  ),
})

/** What is no experiment. */
export function broken(file: string, found: string, next: string, cause?: unknown): LabError {
  const expected = `${file} to be an experiment`
  const why = 'Only a well-formed plan can be run.'
  return new LabError({ code: 'broken-experiment', expected, found, why, next, cause }, 'usage')
}
