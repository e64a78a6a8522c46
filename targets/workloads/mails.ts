import { z } from 'zod'
import type { Random } from '../../lab/base/random.ts'
import type { Entry } from '../../lab/journal/journal.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import { httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import type { Postgres } from '../postgres.ts'
import { withPostgres } from '../runtime/postgres-server.ts'
import type { MailPeer } from '../smtp.ts'
import { Seats, type WithEndpoints } from './endpoints.ts'
import { uuid } from './uuid.ts'

interface WithMail extends WithEndpoints {
  readonly postgres: Pick<Postgres, 'url'>
  readonly peers: { readonly smtp: Pick<MailPeer, 'mailbox'> }
}

const members = 1_000
const deadlineMs = 4_000
const giveUpMs = 30_000
/** The back-off of a mail that was tried some times. */
const settlesWithinMs = 20_000
const lookEveryMs = 250

const wanted = z.object({ path: z.string(), body: z.looseObject({ email: z.string() }) })

/**
 * People who are sent a mail: one in four registers, the others have forgotten their password, each
 * of them once. The final read looks into the mailboxes: books for `jobsAccounted`, whose effects are
 * the different mails that came; a second copy of one has the same message id, and is dropped by
 * whoever reads it.
 */
export function mails(options: { readonly perSecond: number }): Workload<WithMail> {
  return {
    name: 'mails',
    perSecond: options.perSecond,
    clients: 4,
    maxInFlight: 60,
    giveUpMs,
    uses: link => link.name.startsWith('client>') || /^(shop|worker)-\d+>/.test(link.name),
    operations: requests,
    open: async (system, { clock }) => {
      await withPostgres(system.postgres.url, client => client.query(addMembers, [members]))
      const seats = new Seats(system)
      const http = httpClient({ connections: 60 })
      const ask = ({ input }: Operation, client: number, signal: AbortSignal) => {
        const { path, body } = wanted.parse(input)
        const headers = { 'x-deadline-ms': `${deadlineMs}` }
        return seats.ask(client, ({ http: url }) =>
          http.ask(
            { url: `${url}${path}`, method: 'POST', headers, body: z.json().parse(body), signal },
            answer => httpOutcome(answer, () => null),
          ),
        )
      }
      const read = async (emails: readonly string[], signal: AbortSignal) => {
        const endsAtMs = clock.nowMs() + settlesWithinMs
        for (;;) {
          const came = Map.groupBy(await system.peers.smtp.mailbox(), mail => mail.recipients[0])
          const rows = emails.map(id => {
            const copies = new Set(came.get(id)?.map(({ messageId }) => messageId))
            return { id, state: copies.size > 0 ? 'done' : 'pending', effects: copies.size }
          })
          const isOver = rows.every(({ state }) => state === 'done') || clock.nowMs() > endsAtMs
          if (isOver) return { kind: 'ok', value: rows } as const
          await clock.sleep(lookEveryMs, signal)
        }
      }
      return {
        perform: (operation, client, signal) =>
          operation.f === 'read'
            ? read(z.array(z.string()).parse(operation.input), signal)
            : ask(operation, client, signal),
        [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
      }
    },
    finale: triedMails,
  }
}

const addMembers = `
  insert into accounts_users (username, username_key, email, email_key, verified_at)
  select name, name, name || '@example.test', name || '@example.test', now()
  from (select 'member-' || generate_series(0, $1::int) as name) as names
  on conflict do nothing`

function* requests(random: Random): Generator<Operation> {
  for (let number = 0; ; number++) {
    const isNew = number % 4 === 3
    const username = isNew ? `new-${uuid(random).slice(0, 13)}` : `member-${number % members}`
    const email = `${username}@example.test`
    const input = isNew
      ? { path: '/v1/accounts', body: { email, username, password: `Correct-${uuid(random)}` } }
      : { path: '/v1/password/forgot', body: { email } }
    yield { f: 'enqueue', key: email, input }
  }
}

function* triedMails(journal: readonly Entry[]): Generator<Operation> {
  const emails = journal.flatMap(entry => {
    const isAsked = entry.kind === 'invoke' && entry.f === 'enqueue'
    return isAsked ? (entry.key ?? []) : []
  })
  yield { f: 'read', key: 'mailboxes', input: emails }
}
