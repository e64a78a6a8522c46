import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { z } from 'zod'
import type { Application, Instance } from './application.ts'
import type { Answer, Client } from './client.ts'

export interface Person {
  readonly username: string
  readonly email: string
  readonly password: string
}

/** Names that nobody has yet, so that scenarios do not meet. */
export function newPerson(prefix = 'user'): Person {
  const id = randomUUID().slice(0, 13)
  const username = `${prefix}-${id}`
  return { username, email: `${username}@example.test`, password: `Correct-horse-${randomUUID()}` }
}

/** A client with a token of a registered, verified person; the mail is not waited for. */
export async function signedIn(
  app: Application,
  person = newPerson(),
  instance = app.instances[0],
): Promise<Client & { userId: string; sessionId: string; refreshToken: string }> {
  const client = instance.client()
  const registered = await served(() => client.post('/v1/accounts', person))
  if (registered.status !== 201) throw new Error(`not registered: ${describe(registered)}`)
  await sql(app, 'update accounts_users set verified_at = now() where id = $1', [
    registered.body.id,
  ])
  return logIn(client, person)
}

/** The same client, with the tokens of a new session. */
export async function logIn(client: Client, { username, password }: Person, device = 'test') {
  const answer = await served(() => client.post('/v1/login', { login: username, password, device }))
  if (answer.status !== 200) throw new Error(`not signed in: ${describe(answer)}`)
  const { userId, sessionId, refreshToken, accessToken } = answer.body
  client.token = accessToken
  return Object.assign(client, { userId, sessionId, refreshToken })
}

/** What signing in says: the code of its refusal, nothing when it lets in. */
export async function refusalOf(
  client: Client,
  { username: login, password }: Pick<Person, 'username' | 'password'>,
  code?: string,
): Promise<string | undefined> {
  const second = code === undefined ? {} : { code }
  return (await client.post('/v1/login', { login, password, ...second })).body.code
}

/** The same person at another instance. */
export function at(instance: Instance, { token }: Client): Client {
  return Object.assign(instance.client(), { token })
}

/** Gives a person roles, past the service; to be followed by signing in. */
export async function grant(app: Application, userId: string, role: string): Promise<void> {
  await sql(app, 'insert into identity_roles (user_id, role) values ($1, $2)', [userId, role])
}

/** A look into the database itself, for what the service's interfaces do not show. */
export async function sql<Row extends pg.QueryResultRow>(
  app: Application,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return (await app.database.query<Row>(text, [...values])).rows
}

/** Whether both servers that an instance cannot do without answer it. */
export async function isWhole(instance: Instance): Promise<boolean> {
  const { postgres, redis } = servers.parse(
    (await instance.client().get('/health/dependencies')).body,
  )
  return postgres === 'up' && redis === 'up'
}
const servers = z.object({ postgres: z.string(), redis: z.string() })

/** Asked again while it is refused for now: where that is not what a scenario tries. */
export function served(ask: () => Promise<Answer>): Promise<Answer> {
  return eventually(ask, ({ status }) => status !== 503, 15_000)
}

function describe({ status, body }: Answer): string {
  return `${status} ${JSON.stringify(body)}`
}

/** Asks until it is so, within a deadline. @throws with what was seen last. */
export async function eventually<T>(
  look: () => Promise<T>,
  accepts: (value: T) => boolean,
  withinMs = 5_000,
): Promise<T> {
  const endsAt = performance.now() + withinMs
  for (;;) {
    const value = await look()
    if (accepts(value)) return value
    if (performance.now() > endsAt) {
      throw new Error(`Not within ${withinMs} ms; last seen: ${JSON.stringify(value)}`)
    }
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}
