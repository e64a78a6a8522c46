import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'
import { z } from 'zod'
import { LabError } from '../../lab/base/errors.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Postgres } from '../postgres.ts'
import type { WithEndpoints } from './endpoints.ts'

/** Somebody who is signed in; the token is accepted by every instance. */
export interface Person {
  readonly userId: string
  readonly username: string
  readonly password: string
  readonly sessionId: string
  readonly accessToken: string
  readonly refreshToken: string
}

/** A system in which people can be registered, and verified past the service. */
export interface WithPeople extends WithEndpoints {
  readonly postgres: Pick<Postgres, 'url'>
}

/** The header by which a person is known. */
export function bearer({ accessToken }: Person): { readonly authorization: string } {
  return { authorization: `Bearer ${accessToken}` }
}

/**
 * Registers so many people, gives them roles, and signs them in: before traffic, on a calm system,
 * one after the other, since a password takes a core to hash. Their addresses are verified in the
 * database, so no mail server is needed.
 * @throws {LabError} `not-signed-in` with what the service answered.
 */
export async function signInPeople(
  system: WithPeople,
  count: number,
  roles: readonly string[] = [],
): Promise<readonly Person[]> {
  const [{ http }] = system.endpoints
  const people = Array.from({ length: count }, newPerson)
  const ids: string[] = []
  for (const { username, password } of people) {
    const wanted = { username, password, email: `${username}@example.test` }
    ids.push(account.parse(await ask(`${http}/v1/accounts`, wanted)).id)
  }
  await makeReal(system.postgres.url, ids, roles)
  const signedIn: Person[] = []
  for (const { username, password } of people) {
    const wanted = { login: username, password, device: 'lab' }
    const found = session.parse(await ask(`${http}/v1/login`, wanted))
    signedIn.push({ username, password, ...found })
  }
  return signedIn
}

const account = z.object({ id: z.string() })
const session = z.object({
  userId: z.string(),
  sessionId: z.string(),
  accessToken: z.string(),
  refreshToken: z.string(),
})

function newPerson() {
  return {
    username: `person-${randomUUID().slice(0, 13)}`,
    password: `Correct-horse-${randomUUID()}`,
  }
}

const withinMs = 10_000
const againWithinMs = 30_000
const againAfterMs = 250
const notDone = z.object({ outcome: z.literal('not-done') })

/** Asked again while an instance that has just started on a busy machine says that it is too busy. */
async function ask(
  url: string,
  body: Json,
  untilMs = performance.now() + againWithinMs,
): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-deadline-ms': '8000' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(withinMs),
  })
  const text = await answer.text()
  if (answer.ok) return JSON.parse(text)
  const isBusy = answer.status === 503 && notDone.safeParse(JSON.parse(text)).success
  if (isBusy && performance.now() < untilMs) {
    await setTimeout(againAfterMs)
    return ask(url, body, untilMs)
  }
  throw new LabError({
    code: 'not-signed-in',
    expected: `${new URL(url).pathname} to be answered by 2xx before traffic begins`,
    found: `${answer.status} ${text}`,
    why: 'Without people there is no traffic.',
    next: "See the service's log in the run's folder.",
  })
}

async function makeReal(url: string, ids: readonly string[], roles: readonly string[]) {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('update accounts_users set verified_at = now() where id = any($1)', [ids])
    for (const role of roles) {
      const text = 'insert into identity_roles (user_id, role) select unnest($1::uuid[]), $2'
      await client.query(text, [ids, role])
    }
  } finally {
    await client.end()
  }
}
