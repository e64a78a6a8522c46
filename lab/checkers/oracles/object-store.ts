import type { Json } from '../../base/json.ts'
import type { Random } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'
import { journalOf, type Told } from '../shared/journal-of.ts'
import type { SimpleObject } from './objects.ts'
import { outcome } from './outcome.ts'

/** What a store does wrong, whatever it stores. */
export const objectBugs = [
  'an old answer',
  'a lost effect',
  'a doubled effect',
  'an effect of what was refused',
  'an effect after the answer',
  'an effect on an old state',
] as const
export type ObjectBug = (typeof objectBugs)[number] | 'none'

interface Client {
  readonly op: number
  readonly f: string
  readonly input: Json
  /** The state when it was asked. */
  readonly found: Json
  answer: Json | undefined
}

/** A few operations of three clients on one object. */
export function runObject(
  object: SimpleObject,
  bug: ObjectBug,
  random: Random,
  operations = 6,
): Journal {
  const states = [object.initial]
  const clients: Client[] = []
  const late: Client[] = []
  const told: Told[] = []
  const state = () => states.at(-1) ?? object.initial
  for (let op = 0; op < operations || clients.length > 0; ) {
    const later = random.next() < 0.3 ? late.shift() : undefined
    if (later) states.push(object.perform(state(), later.f, later.input)[0])
    const isRoom = op < operations && clients.length < 3
    if (isRoom && (clients.length === 0 || random.next() < 0.4)) {
      const { f, input } = object.ask(random, op)
      clients.push({ op, f, input, found: state(), answer: undefined })
      told.push({ kind: 'invoke', workload: 'o', op, client: op, f, input, intendedMs: 0 })
      op++
      continue
    }
    const client = clients[random.integer(0, clients.length - 1)]
    if (!client) continue
    if (client.answer === undefined) client.answer = answer(client)
    else end(client)
  }
  return journalOf(told)

  function answer({ f, input, found, op }: Client): Json {
    const isHit = bug !== 'none' && random.next() < 0.5
    const old = states.at(-2) ?? state()
    const base = isHit && bug === 'an old answer' ? old : state()
    const [next, value] = object.perform(
      isHit && bug === 'an effect on an old state' ? found : base,
      f,
      input,
    )
    if (isHit && bug === 'an effect after the answer') {
      late.push({ op, f, input, found, answer: value })
    } else if (isHit && bug === 'an old answer') states.push(object.perform(state(), f, input)[0])
    else if (!isHit || bug !== 'a lost effect') states.push(next)
    if (isHit && bug === 'a doubled effect') states.push(object.perform(next, f, input)[0])
    return value
  }

  function end(client: Client): void {
    const { op, f, answer = null } = client
    clients.splice(clients.indexOf(client), 1)
    const isRefused = bug === 'an effect of what was refused' && random.next() < 0.4
    const kind = isRefused ? 'fail' : random.next() < 0.15 ? 'info' : 'ok'
    const common = { workload: 'o', op, client: op, f, latencyMs: 1 } as const
    told.push({ kind: 'complete', ...common, outcome: outcome(kind, answer) })
  }
}
