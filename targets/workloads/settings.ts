import { z } from 'zod'
import type { Outcome } from '../../lab/journal/journal.ts'
import type { Workload } from '../../lab/model/workload.ts'
import { type HttpClient, httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import { mixed } from '../../lab/workloads/inputs.ts'
import { type Endpoint, endpointAt } from './endpoints.ts'
import { bearer, type Person, signInPeople, type WithPeople } from './people.ts'

export interface SettingsOptions {
  readonly perSecond: number
  /** A change holds everywhere so long after it was confirmed. */
  readonly withinMs: number
  /** How long the service may take for an answer; default 1000. */
  readonly deadlineMs?: number
}

const giveUpMs = 4_000
const maxInFlight = 100
const inForce = z.object({ version: z.int(), settings: z.object({ logLevel: z.string() }) })

/**
 * An administrator who changes the settings at the first instance (`change`), now and then badly (`bad`,
 * which is ok when it is refused with its reason), while others `look` at them, every second one at the
 * second instance. A look is ok where it shows what was confirmed `withinMs` before, else it is refused
 * with the code `stale-settings`.
 */
export function settings(options: SettingsOptions): Workload<WithPeople> {
  const { perSecond, withinMs, deadlineMs = 1_000 } = options
  return {
    name: 'settings',
    perSecond,
    clients: 2,
    maxInFlight,
    giveUpMs,
    uses: link => link.name.startsWith('client>') || /^shop-\d+>/.test(link.name),
    operations: random =>
      mixed(random, [
        { weight: 8, make: () => ({ f: 'look', input: null }) },
        { weight: 1, make: () => ({ f: 'change', input: null }) },
        { weight: 1, make: () => ({ f: 'bad', input: null }) },
      ]),
    open: async (system, { clock }) => {
      const [admin] = await signInPeople(system, 1, ['admin'])
      if (!admin) throw new RangeError('Settings need an administrator.')
      const client = httpClient({ connections: maxInFlight })
      const known = new Known(withinMs)
      const first = endpointAt(system, 1)
      return {
        perform: async ({ f }, number, signal) => {
          const ask = new Asking(client, admin, { deadlineMs, signal })
          if (f === 'bad') return ask.badly(first)
          if (f === 'change') {
            const outcome = await ask.change(first)
            if (outcome.kind === 'ok') known.confirmed(Number(outcome.value), clock.nowMs())
            return outcome
          }
          const least = known.leastAt(clock.nowMs())
          return fresh(await ask.look(endpointAt(system, 1 + (number % 2))), least)
        },
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      }
    },
  }
}

/** Which version everybody must have seen by now. */
class Known {
  readonly #withinMs: number
  readonly #confirmed: { readonly version: number; readonly atMs: number }[] = []

  constructor(withinMs: number) {
    this.#withinMs = withinMs
  }

  confirmed(version: number, atMs: number): void {
    this.#confirmed.push({ version, atMs })
  }

  leastAt(nowMs: number): number {
    const due = this.#confirmed.filter(({ atMs }) => atMs + this.#withinMs <= nowMs)
    return Math.max(0, ...due.map(({ version }) => version))
  }
}

function fresh(outcome: Outcome, least: number): Outcome {
  if (outcome.kind !== 'ok' || Number(outcome.value) >= least) return outcome
  const error = `version ${outcome.value} was shown, ${least} was in force`
  return { kind: 'fail', ended: 'refused', code: 'stale-settings', error }
}

class Asking {
  readonly #client: HttpClient
  readonly #request: {
    readonly headers: Readonly<Record<string, string>>
    readonly signal: AbortSignal
  }

  constructor(
    client: HttpClient,
    admin: Person,
    { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal: AbortSignal },
  ) {
    this.#client = client
    this.#request = { headers: { ...bearer(admin), 'x-deadline-ms': `${deadlineMs}` }, signal }
  }

  look({ http }: Endpoint): Promise<Outcome> {
    const url = `${http}/v1/settings`
    return this.#client.ask({ url, ...this.#request }, answer =>
      httpOutcome(answer, found => inForce.parse(found).version),
    )
  }

  /** Over the version that is in force there now. */
  async change(at: Endpoint): Promise<Outcome> {
    const now = await this.look(at)
    if (now.kind !== 'ok') return { ...now, kind: 'fail' }
    const version = Number(now.value)
    const logLevel = version % 2 === 0 ? 'debug' : 'info'
    return this.#put(at, { version, settings: { readOnly: false, logLevel } })
  }

  /** Refused with its reason is what it is for. */
  async badly(at: Endpoint): Promise<Outcome> {
    const body = { version: 0, settings: { readOnly: 'yes', logLevel: 'loud' } }
    const outcome = await this.#put(at, body)
    if (outcome.kind === 'ok')
      return { kind: 'info', ended: 'untyped', error: 'a bad change was taken' }
    return outcome.code === 'validation' ? { kind: 'ok', value: null } : outcome
  }

  #put({ http }: Endpoint, body: object): Promise<Outcome> {
    const request = {
      url: `${http}/v1/settings`,
      method: 'PUT',
      body: { ...body },
      ...this.#request,
    } as const
    return this.#client.ask(request, answer =>
      httpOutcome(answer, found => inForce.parse(found).version),
    )
  }
}
