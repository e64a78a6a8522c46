import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Random } from '../../lab/base/random.ts'
import type { Event } from '../../lab/journal/journal.ts'
import type { Operation } from '../../lab/model/workload.ts'
import { uuid } from './uuid.ts'

/** What is wrong with a message, once a fault strikes statements with the trace of that kind. */
const poisons = ['throws', 'hangs', 'kills', 'rollsBack'] as const
export type Poison = (typeof poisons)[number]

/** What every statement that handles such a message carries as its trace. */
export function traceOf(poison: Poison): string {
  return `${poison}-*`
}

/** Which statement stores what a poison of this kind would leave; for faults at statements. */
export function handlingOf(poison: Poison) {
  return { on: { statement: 'INSERT', table: 'messages_stored', trace: traceOf(poison) } }
}

/** The message that a worker begins to handle, where it is such a poison; for `backOff`. */
export function triesOf(poison: Poison) {
  return ({ what, message, trace }: Event & { readonly kind: 'wire' }) =>
    what === 'request' && message === 'BEGIN' && trace?.startsWith(`${poison}-`) ? trace : undefined
}

/** What a person is to send. */
export const message = z.object({
  id: z.string(),
  person: z.number(),
  kind: z.enum(['note', 'form']),
  body: z.string(),
  priority: z.number(),
  inReplyTo: z.string().optional(),
  poison: z.enum(poisons).optional(),
})

/** Cannot be handled while that fault is in force, unless it is redriven; for `jobsAccounted`. */
export function isPoison({ input }: { readonly input: unknown }): boolean {
  return message.safeParse(input).data?.poison !== undefined
}

/** A message that is to be announced to its sender; for `deliveredWithin`. */
export function announced(input: Json) {
  const found = message.safeParse(input).data
  return found && !found.poison ? { id: found.id, channel: `person-${found.person}` } : undefined
}

/** One of so many messages is poison of this kind. */
export type Poisoned = Readonly<Partial<Record<Poison, number>>>

interface Shares {
  readonly people?: number
  readonly poison?: Poisoned
  readonly replies?: number
}

/** Messages of all priorities, each by one of the people. */
export function* messageOperations(
  random: Random,
  { people = 6, poison = {}, replies = 0 }: Shares,
): Generator<Operation> {
  const last = new Map<number, string>()
  for (let number = 0; ; number++) {
    const id = uuid(random)
    const person = random.integer(0, people - 1)
    const wrong = poisons.find((kind, at) => number % (poison[kind] ?? Number.NaN) === at)
    const inReplyTo = last.get(person)
    const isReply = random.next() * 100 < replies && inReplyTo !== undefined && !wrong
    if (!wrong) last.set(person, id)
    const input = {
      ...{ id, person, kind: 'form', priority: random.integer(0, 9) },
      body: `{"number":${number}}`,
      ...(wrong && { poison: wrong }),
      ...(isReply && { inReplyTo }),
    }
    yield { f: 'enqueue', key: id, input }
  }
}
