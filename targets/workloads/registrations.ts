import { z } from 'zod'
import type { Random } from '../../lab/base/random.ts'
import type { Entry } from '../../lab/journal/journal.ts'
import type { Context } from '../../lab/model/target.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import { httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import type { Postgres } from '../postgres.ts'
import { withPostgres } from '../runtime/postgres-server.ts'
import type { MailPeer } from '../smtp.ts'
import { Seats, type WithEndpoints } from './endpoints.ts'
import { uuid } from './uuid.ts'

/** A password takes a core to hash. */
const deadlineMs = 4_000
const giveUpMs = 15_000
/** A mail is on its way for a moment after the answer, and longer where the worker backs off. */
const mailedWithinMs = 10_000
const account = z.object({ username: z.string() })

interface WithMail extends WithEndpoints {
  readonly postgres: Pick<Postgres, 'url'>
  readonly peers: { readonly smtp: Pick<MailPeer, 'mailbox'> }
}

/**
 * People who register: each leaves a row and is sent a mail to confirm the address. The final reads
 * look past the service, for every name that was tried: its rows, each of which says `not mailed`
 * instead of the name where no mail came.
 */
export function registrations(options: { readonly perSecond: number }): Workload<WithMail> {
  return {
    name: 'registrations',
    perSecond: options.perSecond,
    clients: 4,
    maxInFlight: 40,
    giveUpMs,
    uses: link => link.name.startsWith('client>') || /^shop-\d+>/.test(link.name),
    operations: newcomers,
    open: async (system, context) => {
      const seats = new Seats(system)
      const shared = httpClient({ connections: 40 })
      return {
        perform: async (operation, client, signal) => {
          if (operation.f === 'read')
            return { kind: 'ok', value: await rows(system, operation.key, context) }
          const headers = { 'x-deadline-ms': `${deadlineMs}` }
          const request = { method: 'POST', headers, body: operation.input, signal } as const
          return seats.ask(client, ({ http }) =>
            shared.ask({ url: `${http}/v1/accounts`, ...request }, answer =>
              httpOutcome(answer, found => account.parse(found).username),
            ),
          )
        },
        [Symbol.asyncDispose]: () => shared[Symbol.asyncDispose](),
      }
    },
    finale: triedNames,
  }
}

function* newcomers(random: Random): Generator<Operation> {
  for (;;) {
    const username = `person-${uuid(random).slice(0, 13)}`
    const password = `Correct-horse-${uuid(random)}`
    yield {
      f: 'register',
      key: username,
      input: { username, email: addressOf(username), password },
    }
  }
}

const addressOf = (username: string) => `${username}@example.test`

function* triedNames(journal: readonly Entry[]): Generator<Operation> {
  for (const entry of journal) {
    if (entry.kind === 'invoke' && entry.f === 'register' && entry.key !== undefined) {
      yield { f: 'read', key: entry.key, input: null }
    }
  }
}

async function rows({ postgres, peers }: WithMail, key = '', { clock, signal }: Context) {
  const text = 'select username from accounts_users where username_key = lower($1)'
  const found = await withPostgres(postgres.url, async client => {
    return (await client.query<{ username: string }>(text, [key])).rows
  })
  const deadline = clock.nowMs() + mailedWithinMs
  const isMailed = async () => (await peers.smtp.mailbox(addressOf(key))).length > 0
  while (found.length > 0 && !(await isMailed())) {
    if (clock.nowMs() > deadline) return found.map(() => 'not mailed')
    await clock.sleep(100, signal)
  }
  return found.map(({ username }) => username)
}
