import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Random } from '../../lab/base/random.ts'
import type { Entry, Outcome } from '../../lab/journal/journal.ts'
import type { Context } from '../../lab/model/target.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import { AgentClient, type Heard, isOver } from './agent-client.ts'
import { Seats } from './endpoints.ts'
import { type Person, signInPeople, type WithPeople } from './people.ts'
import { uuid } from './uuid.ts'

const people = 6
const deadlineMs = 4_000
const giveUpMs = 20_000
/** Longer than a run whose worker died waits for another. */
const settlesWithinMs = 12_000
const lookEveryMs = 100

const five = [
  'agent_started',
  'agent_thinking',
  'tool_executing',
  'tool_completed',
  'agent_completed',
]

const asked = z.object({ person: z.number(), tool: z.enum(['remember', 'recall']) })
const toRead = z.object({ person: z.number(), last: z.string(), remembered: z.array(z.string()) })

/** What each person asked for and heard, through all connections. */
interface Memory {
  readonly persons: readonly Person[]
  readonly runs: readonly Map<string, Heard>[]
  /** Who listens now: of two at a time, both would hear the same event, as if it had come twice. */
  listening: readonly AgentClient[]
}

/**
 * People who ask agents over web sockets to remember the run's own id, or to recall all they know, and
 * follow each run through cuts. The final reads are books for `jobsAccounted`: a run is done when its
 * five events were heard, each once and in order, with its fact there as its effect; dead when it said
 * that it failed, with no effect; else it is pending. A fact of another's is a run of theirs too many.
 */
export function agents(options: { readonly perSecond: number }): Workload<WithPeople> {
  const memories = new WeakMap<WithPeople, Memory>()
  return {
    name: 'agents',
    perSecond: options.perSecond,
    clients: people,
    maxInFlight: 100,
    giveUpMs,
    uses: link => link.name.startsWith('client>') || /^(shop|worker)-\d+>/.test(link.name),
    operations: asks,
    open: async (system, context) => {
      const memory = memories.get(system) ?? (await newMemory(system))
      memories.set(system, memory)
      const { persons, runs } = memory
      leave(memory)
      const seats = new Seats(system)
      const clients = persons.map(
        (person, at) => new AgentClient(seats, person, at, context, runs[at] ?? new Map()),
      )
      memory.listening = clients
      const perform = async ({ f, key = '', input }: Operation, signal: AbortSignal) => {
        const { person } = z.object({ person: z.number() }).parse(input)
        const [client, heard] = [clients[person], runs[person]]
        if (!client || !heard) throw new RangeError(`There is no person ${person}.`)
        if (f === 'read') return books(client, heard, toRead.parse(input), context, signal)
        const { tool } = asked.parse(input)
        const task = tool === 'remember' ? { tool, facts: [key] } : { tool }
        const patience = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
        return client.ask(key, task, patience)
      }
      return {
        perform: (operation, _, signal) => perform(operation, signal),
        [Symbol.asyncDispose]: async () => {
          for (const client of clients) client[Symbol.dispose]()
        },
      }
    },
    finale: finalReads,
  }
}

async function newMemory(system: WithPeople): Promise<Memory> {
  const persons = await signInPeople(system, people)
  return { persons, runs: persons.map(() => new Map()), listening: [] }
}

function leave({ listening }: Memory): void {
  for (const client of listening) client[Symbol.dispose]()
}

function* asks(random: Random): Generator<Operation> {
  for (;;) {
    const tool = random.pick(['remember', 'remember', 'recall'])
    yield { f: 'ask', key: uuid(random), input: { person: random.integer(0, people - 1), tool } }
  }
}

function* finalReads(journal: readonly Entry[]): Generator<Operation> {
  const invoked = journal.flatMap(entry => {
    const found = entry.kind === 'invoke' ? asked.safeParse(entry.input).data : undefined
    return found && entry.kind === 'invoke' ? [{ ...found, key: entry.key ?? '' }] : []
  })
  for (let person = 0; person < people; person++) {
    const own = invoked.filter(each => each.person === person)
    const remembered = own.flatMap(({ tool, key }) => (tool === 'remember' ? [key] : []))
    // A uuid of its own, from one that nobody else can have made.
    const last = (own.at(-1)?.key ?? '').replace(/^.{8}/, 'ffffffff')
    yield { f: 'read', key: `person-${person}`, input: { person, last, remembered } }
  }
}

async function books(
  client: AgentClient,
  heard: Map<string, Heard>,
  { last, remembered }: z.infer<typeof toRead>,
  { clock }: Pick<Context, 'clock'>,
  signal: AbortSignal,
): Promise<Outcome> {
  const endsAtMs = clock.nowMs() + settlesWithinMs
  const until = async (isSo: () => boolean) => {
    while (!isSo() && clock.nowMs() < endsAtMs) await clock.sleep(lookEveryMs, signal)
  }
  await until(() => [...heard.values()].every(isOver))
  const recall = () => client.ask(last, { tool: 'recall' }, signal)
  let said = await recall()
  // Right after the connection was opened it may not be signed in yet.
  while (said.kind !== 'ok' && clock.nowMs() < endsAtMs) {
    await clock.sleep(lookEveryMs, signal)
    said = await recall()
  }
  if (said.kind !== 'ok') return said
  await until(() => isOver(heard.get(last) ?? { events: [], facts: [] }))
  const facts = heard.get(last)?.facts
  if (!facts) return { kind: 'info', ended: 'gave-up', error: 'nothing was recalled' }
  heard.delete(last)
  const foreign = facts.filter(fact => !heard.has(fact))
  const rows = [...heard].map(([id, run]) => rowOf(id, run))
  return {
    kind: 'ok',
    value: [...rows, ...foreign.map(id => ({ id, state: 'done' }))],
  }

  function rowOf(id: string, { events }: Heard) {
    const found = facts?.includes(id) ? 1 : 0
    const names = events.map(({ event }) => event)
    const isInOrder = events.every(({ seq }, at) => seq === at + 1)
    if (isInOrder && isDeepStrictEqual(names, five)) {
      return { id, state: 'done', effects: remembered.includes(id) ? found : 1 }
    }
    const before = names.slice(0, -1)
    const isHonest =
      names.at(-1) === 'agent_failed' && isDeepStrictEqual(before, five.slice(0, before.length))
    return { id, state: isInOrder && isHonest ? 'dead' : 'pending', effects: found }
  }
}
