import { z } from 'zod'
import { noteTypes, type Role, roles } from './crew-words.ts'

const ms = z.number().nonnegative()
const settings = z.record(z.string(), z.json())

/** What is expected of the injections that follow it; no text of it may change once it is sealed. */
export const expectation = z.object({
  impact: z.string(),
  /** Which alert fires; empty where none is expected to. */
  alert: z.string(),
  alertWithinMinutes: z.number().nonnegative(),
  response: z.string(),
  wayBack: z.string(),
})
export type Expectation = z.infer<typeof expectation>

const filled = { form: z.string(), part: z.string(), settings }
export const planState = z.enum(['planned', 'running', 'done', 'dropped'])

/** One thing that somebody of the crew, or the console for them, did. */
export const crewAct = z.discriminatedUnion('did', [
  z.object({
    did: z.literal('opened'),
    day: z.string(),
    title: z.string(),
    runId: z.string(),
    seed: z.int(),
    /** ISO 8601. */
    at: z.string(),
    target: z.string(),
    workloads: z.array(z.object({ name: z.string(), perSecond: z.number() })),
    steadyState: z.array(z.object({ sentence: z.string(), expected: z.string() })),
    versions: z.record(z.string(), z.string()),
    /** What is drawn of the monitoring system's figures; absent where there is none. */
    panels: z
      .array(
        z.object({
          id: z.string(),
          title: z.string(),
          kind: z.enum(['lines', 'states', 'number']),
          unit: z.string(),
          /** Who sees it knows the faults. */
          tellsFaults: z.boolean(),
        }),
      )
      .exactOptional(),
  }),
  /** After the lab was killed; `downMs` nobody watched. */
  z.object({ did: z.literal('resumed'), at: z.string(), downMs: ms }),
  z.object({ did: z.literal('joined') }),
  z.object({ did: z.literal('rotated'), link: z.enum(roles) }),
  z.object({
    did: z.literal('expected'),
    card: z.string(),
    expectation,
    /** SHA-256 of the card's words, hexadecimal. */
    seal: z.string(),
  }),
  z.object({
    did: z.literal('noted'),
    note: z.string(),
    type: z.enum(noteTypes),
    text: z.string(),
    /** Of a follow-up. */
    owner: z.string().exactOptional(),
    due: z.string().exactOptional(),
  }),
  z.object({ did: z.literal('noticed'), believes: z.string() }),
  z.object({
    did: z.literal('injected'),
    strike: z.int(),
    ...filled,
    label: z.string(),
    family: z.string(),
    kind: z.enum(['lasting', 'momentary', 'destructive']),
    leaseMs: ms.exactOptional(),
    card: z.string().exactOptional(),
    plan: z.string().exactOptional(),
    /** The preflight's objections that were set aside. */
    despite: z.array(z.string()),
    /** A step of a ramp, from 1. */
    step: z.int().exactOptional(),
  }),
  z.object({ did: z.literal('refused'), what: z.string(), why: z.array(z.string()) }),
  z.object({ did: z.literal('extended'), strike: z.int(), leaseMs: ms }),
  z.object({
    did: z.literal('healed'),
    strike: z.int(),
    why: z.enum(['asked', 'lease', 'stop', 'end', 'ramp', 'killed']),
  }),
  z.object({
    did: z.literal('stopped'),
    via: z.enum(['page', 'terminal', 'file', 'signal']),
    reason: z.string(),
  }),
  /** What the stop came to, measured from the click. */
  z.object({
    did: z.literal('proved'),
    tookMs: ms,
    healed: z.int(),
    looked: z.array(z.string()),
    left: z.array(z.string()),
  }),
  z.object({ did: z.literal('released'), reason: z.string() }),
  z.object({ did: z.literal('paced'), workload: z.string(), factor: z.number().nonnegative() }),
  z.object({
    did: z.literal('planned'),
    plan: z.string(),
    title: z.string(),
    experiment: z.string().exactOptional(),
    fault: z.object(filled).exactOptional(),
  }),
  z.object({
    did: z.literal('moved'),
    plan: z.string(),
    state: planState,
    found: z.string().exactOptional(),
  }),
  z.object({
    did: z.literal('ran'),
    experiment: z.string(),
    step: z.enum(['began', 'ended']),
    verdict: z.string().exactOptional(),
    folder: z.string().exactOptional(),
  }),
  z.object({ did: z.literal('saved'), strike: z.int(), file: z.string() }),
  z.object({
    did: z.literal('looked'),
    normal: z.boolean(),
    findings: z.array(z.object({ what: z.string(), ok: z.boolean(), detail: z.string() })),
  }),
  z.object({ did: z.literal('closed') }),
])
export type CrewAct = z.infer<typeof crewAct>

/** Who did it; `console` where nobody clicked. */
export const crewFields = {
  by: z.string(),
  role: z.enum([...roles, 'console']),
  act: crewAct,
}

export interface CrewEvent {
  readonly kind: 'crew'
  readonly by: string
  readonly role: Role | 'console'
  readonly act: CrewAct
}
