import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Random } from '../../lab/base/random.ts'
import type { Entry, Outcome } from '../../lab/journal/journal.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import { strayKeys } from '../../lab/workloads/stray-keys.ts'
import type { Reach } from './reach.ts'
import type { RunningSystem } from './selectors.ts'
import { labClient } from './wires.ts'

/** What all clients of a server have in common. `Asked` is one request, as the journal keeps it. */
export interface KeyedTrafficOptions<Asked extends Json> {
  /** How checks, plots and the journal call it; default that of the part. */
  readonly name?: string
  /** The part that is asked. */
  readonly to: string
  /** Requests a second. */
  readonly perSecond: Workload['perSecond']
  /** What is asked: `number` counts from 0. Chance comes from `random` alone. */
  readonly request: (random: Random, number: number) => Asked & { readonly key?: string }
  /**
   * How to ask, in the end, for what was written under a `key`: what was confirmed must be there, once. A few
   * keys that nobody wrote are asked for, too.
   */
  readonly readBack?: (key: string) => Asked
  /** Connections; default 8. */
  readonly clients?: number
  /** How long a client waits for an answer; default '4s'. */
  readonly giveUp?: Duration
}

/** Clients of a server, as a library opens them. */
export interface KeyedClients<Asked> extends AsyncDisposable {
  /** Resolves to what was found: how many, and the answer as the journal keeps it. */
  ask(asked: Asked, client: number): Promise<{ readonly found: number; readonly answer: Json }>
  outcomeOf(error: unknown): Outcome
}

export interface KeyedDialect<Asked extends Json> {
  readonly shape: z.ZodType<Asked>
  open(reach: Reach, clients: number): Promise<KeyedClients<Asked>>
}

/** Traffic of clients that reach a server by a link of their own, `client>…`, past any service. */
export function keyedTraffic<Asked extends Json>(
  options: KeyedTrafficOptions<Asked>,
  { shape, open }: KeyedDialect<Asked>,
): Workload<RunningSystem> {
  const { name = options.to, to, perSecond, readBack, clients = 8, giveUp = '4s' } = options
  const input = z.object({ asked: shape, final: z.boolean() })
  return {
    name,
    perSecond,
    clients,
    maxInFlight: 50 * clients,
    giveUpMs: toMs(giveUp),
    uses: link => link.name === `${labClient}>${to}`,
    operations: random => operations(random, options),
    open: async ({ parts }) => {
      const part = parts.servers.get(to)
      if (!part) throw new Error(`expected a server called ${to} in the system, found none`)
      const all = await open(await part.reachBy(labClient), clients)
      return {
        perform: async ({ key, input: told }, client) => {
          const { asked, final } = input.parse(told)
          try {
            const { found, answer } = await all.ask(asked, client)
            if (final) return { kind: 'ok', value: shown(found) }
            return { kind: 'ok', value: key === undefined ? answer : true }
          } catch (error) {
            return all.outcomeOf(error)
          }
        },
        [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
      }
    },
    ...(readBack && { finale: journal => reads(journal, options, readBack) }),
  }
}

/** None, one, or as many. */
function shown(found: number): Json {
  if (found === 0) return null
  return found === 1 ? true : Array.from({ length: found }, () => true)
}

function* operations<Asked extends Json>(
  random: Random,
  { request }: Pick<KeyedTrafficOptions<Asked>, 'request'>,
  from = 0,
): Generator<Operation> {
  for (let number = from; ; number++) {
    const asked = request(random, number)
    const { key, ...rest } = z.looseObject({ key: z.string().optional() }).parse(asked)
    const f = key === undefined ? 'read' : 'write'
    yield {
      f,
      input: z.json().parse({ asked: rest, final: false }),
      ...(key !== undefined && { key }),
    }
  }
}

function* reads<Asked extends Json>(
  journal: readonly Entry[],
  options: KeyedTrafficOptions<Asked>,
  readBack: (key: string) => Asked,
): Generator<Operation> {
  const keys = new Set<string>()
  for (const entry of journal) {
    if (entry.kind === 'invoke' && entry.key !== undefined) keys.add(entry.key)
  }
  for (const key of strayKeys((random, from) => operations(random, options, from))) keys.add(key)
  for (const key of keys) {
    yield { f: 'read', key, input: z.json().parse({ asked: readBack(key), final: true }) }
  }
}
