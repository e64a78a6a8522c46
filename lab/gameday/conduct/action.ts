import { z } from 'zod'
import { planState } from '../../journal/crew.ts'
import { noteTypes, type Role, roles } from '../../journal/crew-words.ts'

const line = z.string().trim().min(1).max(200)
const text = z.string().trim().min(1).max(2_000)
const some = z.string().trim().max(2_000)
const leaseSeconds = z
  .number()
  .min(1)
  .max(4 * 3_600)
const filled = {
  form: z.string().max(100),
  part: z.string().max(200),
  settings: z.record(z.string().max(100), z.json()),
}

/** Everything that people can do to a day, as it comes from a page. */
export const action = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('stop'), reason: some.default('') }),
  z.strictObject({ do: z.literal('release'), reason: text }),
  z.strictObject({ do: z.literal('preview'), ...filled }),
  z.strictObject({
    do: z.literal('inject'),
    ...filled,
    leaseSeconds: leaseSeconds.default(60),
    /** The preflight's objections are known, and set aside. */
    anyway: z.boolean().default(false),
    plan: z.string().max(100).optional(),
    /** One of its numbers grows from what the settings say to `to`. */
    ramp: z
      .strictObject({
        field: z.string().max(100),
        to: z.string().max(40),
        steps: z.int().min(2).max(10),
        stepSeconds: z.number().min(1).max(600),
      })
      .optional(),
  }),
  z.strictObject({ do: z.literal('heal'), strike: z.int() }),
  z.strictObject({ do: z.literal('extend'), strike: z.int(), leaseSeconds }),
  z.strictObject({
    do: z.literal('expect'),
    expectation: z.strictObject({
      impact: text,
      alert: some.default(''),
      alertWithinMinutes: z.number().min(0).max(240).default(0),
      response: text,
      wayBack: text,
    }),
  }),
  z.strictObject({
    do: z.literal('note'),
    type: z.enum(noteTypes),
    text,
    owner: line.optional(),
    due: line.optional(),
  }),
  z.strictObject({ do: z.literal('notice'), believes: text }),
  z.strictObject({
    do: z.literal('plan'),
    title: line,
    experiment: z.string().max(200).optional(),
    fault: z.strictObject(filled).optional(),
  }),
  z.strictObject({
    do: z.literal('move'),
    plan: z.string().max(100),
    state: planState,
    found: some.optional(),
  }),
  z.strictObject({
    do: z.literal('pace'),
    workload: z.string().max(200),
    factor: z.number().min(0).max(10),
  }),
  z.strictObject({ do: z.literal('run'), experiment: z.string().max(200) }),
  z.strictObject({ do: z.literal('save'), strike: z.int() }),
  z.strictObject({ do: z.literal('look') }),
  z.strictObject({ do: z.literal('close') }),
  z.strictObject({ do: z.literal('rotate'), role: z.enum(roles) }),
])
export type Action = z.infer<typeof action>

const crew: readonly Role[] = ['owner', 'agent']
const everybody: readonly Role[] = roles

/** Who may do what. To stop is everybody's. */
export const may: Readonly<Record<Action['do'], readonly Role[]>> = {
  stop: everybody,
  release: crew,
  preview: crew,
  inject: crew,
  heal: crew,
  extend: crew,
  expect: [...crew, 'reporter'],
  note: ['owner', 'agent', 'responder', 'reporter'],
  notice: ['responder', 'reporter'],
  plan: [...crew, 'reporter'],
  move: [...crew, 'reporter'],
  pace: crew,
  run: crew,
  save: crew,
  look: [...crew, 'reporter'],
  close: ['owner'],
  rotate: ['owner'],
}
