import { z } from 'zod'
import { runtimes } from '../base/runtime.ts'
import { verdicts } from '../base/verdict.ts'

const ms = z.number()
const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly()

const witness = z
  .object({ what: z.string(), entries: list(z.int().nonnegative()), atMs: ms })
  .readonly()

/** How a check did on planted lies. */
const judgedLies = z
  .object({
    told: z.int(),
    found: z.int(),
    /** Lies this run had no place for. */
    noPlace: z.int(),
    /** Names of those it was told and did not find. */
    missed: list(z.string()),
  })
  .readonly()
export type JudgedLies = z.infer<typeof judgedLies>

const judgedCheck = z
  .object({
    checker: z.string(),
    word: z.enum(['valid', 'invalid', 'unknown']),
    /** A stall of the lab could have broken it. */
    timed: z.literal(true).exactOptional(),
    story: z.string(),
    figures: z.record(z.string(), z.number()).readonly(),
    witness: witness.exactOptional(),
    /** The lies told to this very journal; only where the check found it valid. */
    lies: judgedLies.exactOptional(),
  })
  .readonly()
export type JudgedCheck = z.infer<typeof judgedCheck>

const judgedHypothesis = z
  .object({
    sentence: z.string(),
    when: z.enum(['before', 'during', 'after', 'rolled-back']),
    held: z.boolean(),
    value: z.json(),
    expected: z.string(),
    atMs: ms,
    /** There was too little traffic to say. */
    tooFew: z.literal(true).exactOptional(),
    /** How late the lab itself was meanwhile, where traffic was judged. */
    lateMs: ms.exactOptional(),
    /** When the window of traffic began that it was judged over. */
    sinceMs: ms.exactOptional(),
    /** What would have shown: `an error ratio of 4 % or more, at 95 %`. */
    sees: z.string().exactOptional(),
  })
  .readonly()
export type JudgedHypothesis = z.infer<typeof judgedHypothesis>

const judgedFault = z
  .object({
    id: z.int(),
    /** Its name in the plan. */
    strike: z.string(),
    label: z.string(),
    /** Names of the links or processes it was aimed at. */
    touches: list(z.string()).exactOptional(),
    landed: z.number().exactOptional(),
    landedOn: z.record(z.string(), z.number()).readonly().exactOptional(),
    /** From here it may be felt: it is being made. */
    plannedAtMs: ms.exactOptional(),
    appliedAtMs: ms.exactOptional(),
    /** When it said what it touched, at the end of its time in force. */
    landedAtMs: ms.exactOptional(),
    healedAtMs: ms.exactOptional(),
    /** Why it could not be healed. */
    unhealed: z.string().exactOptional(),
    /** Processes whose end is its doing. */
    mayEnd: list(z.string()).exactOptional(),
  })
  .readonly()
export type JudgedFault = z.infer<typeof judgedFault>

const reason = z
  .object({
    word: z.enum(verdicts).exclude(['held']),
    text: z.string(),
    /** What to do about it. */
    next: z.string().exactOptional(),
    /** The check it is about, where it is about one. */
    check: z.string().exactOptional(),
    /** The demand that is not met, where it is about one. */
    demand: z.string().exactOptional(),
    /** A machine short of time alone can cause it. */
    machine: z.literal(true).exactOptional(),
  })
  .readonly()
export type Reason = z.infer<typeof reason>

/** What a run came to: the content of `verdict.json`. */
export const conclusion = z
  .object({
    verdict: z.enum(verdicts),
    /** Of the command: the verdict's own, or 130 when interrupted, or 5 when this machine cannot run it. */
    exitCode: z.int(),
    experiment: z.string(),
    /** What the command line was given, where it was a file and not a name. */
    asked: z.string().exactOptional(),
    title: z.string(),
    seed: z.number(),
    runId: z.string(),
    startedAt: z.string(),
    durationMs: ms,
    /** From the start of the run until traffic flowed; absent when it never did. */
    startMs: ms.exactOptional(),
    defencesOff: list(z.string()),
    faultsOff: z.boolean(),
    /** Controls that were planted. */
    planted: list(z.string()),
    /** Who injected network faults. */
    proxy: z.enum(['embedded', 'toxiproxy']),
    /** Where its servers ran; as processes of the machine where it is not said. */
    runtime: z.enum(runtimes).exactOptional(),
    checks: z.record(z.string(), judgedCheck).readonly(),
    /** Checks that no defence and no control claims to break: held at best, never proved. */
    unprovable: list(z.string()),
    hypotheses: list(judgedHypothesis),
    faults: list(judgedFault),
    /** Why the verdict is what it is, worst first; empty when held. */
    reasons: list(reason),
  })
  .readonly()
export type Conclusion = z.infer<typeof conclusion>
