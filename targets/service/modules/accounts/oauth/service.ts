import { type Kysely, sql } from 'kysely'
import type { Transact } from '../../../postgres/transaction.ts'
import { Problem } from '../../../problem.ts'
import { createUsers } from '../repository.ts'
import { newSecret } from '../secret.ts'
import type { Device, SignedIn, SignIn } from '../sign-in.ts'
import { type User, username } from '../user.ts'
import type { Flows } from './flows.ts'
import { createGrants, type Grant } from './grants.ts'
import { newFlow, type Person, type Provider } from './provider.ts'
import type { Sealer } from './sealed.ts'

interface Parts {
  readonly db: Kysely<unknown>
  readonly transact: Transact
  readonly issuer: string
  readonly provider: Provider
  readonly flows: Flows
  readonly sealer: Sealer
  readonly signIn: SignIn
}

/** Signing in through another provider: OAuth 2.0 code flow with PKCE, state and nonce. */
export interface OauthSignIn {
  begin(): Promise<{ url: string; browser: string }>
  /** @throws {Problem} 400 `oauth-state` when the flow is not this browser's, used or expired. */
  finish(callback: Callback, browser: string, device: Device): Promise<SignedIn>
  /** Who the provider says this user is now; refreshes its token where it has expired. */
  profile(userId: string): Promise<Person>
}

export interface Callback {
  readonly state: string
  /** As it came: `code=…&state=…&iss=…`. */
  readonly query: string
}

/** Refreshed so much before it expires, so that it does not on the way. */
const earlyMs = 500

export function createOauthSignIn(parts: Parts): OauthSignIn {
  const { transact, provider, flows, sealer, signIn } = parts
  return {
    begin: async () => {
      const secrets = newFlow()
      const { state, browser } = await flows.begin(secrets)
      return { url: await provider.begin({ ...secrets, state }), browser }
    },
    finish: async ({ state, query }, browser, device) => {
      const flow = await flows.take(state, browser)
      if (!flow) {
        const title = 'This sign-in was used, has expired, or did not begin in this browser.'
        throw new Problem({ status: 400, code: 'oauth-state', title })
      }
      const grant = await provider.finish(query, { ...flow, state })
      const person = await provider.person(grant)
      const user = await transact(async trx => {
        const user = await userOf(person, parts.issuer, trx)
        await createGrants(trx, sealer).keep(user.id, grant)
        return user
      })
      return signIn.start(user, device)
    },
    profile: async userId => provider.person(await currentGrant(userId, parts)),
  }
}

/** One refresh at a time for one user, and never a second try, since a refresh token works once. */
async function currentGrant(userId: string, { db, sealer, provider }: Parts): Promise<Grant> {
  return db.transaction().execute(async trx => {
    const grants = createGrants(trx, sealer)
    const grant = await grants.lock(userId)
    if (!grant) {
      const title = 'This account is not linked to the provider.'
      throw new Problem({ status: 404, code: 'not-linked', title })
    }
    if (grant.expiresAt.getTime() - earlyMs > Date.now()) return grant
    const fresh = await provider.refresh(grant)
    await grants.keep(userId, fresh)
    return fresh
  })
}

/**
 * The user linked to this person, or a new one. Never one that merely has the same address: who
 * controls it at the provider need not be who has the account here.
 */
async function userOf(person: Person, issuer: string, trx: Kysely<unknown>): Promise<User> {
  const users = createUsers(trx)
  // Serialised, so that two first sign-ins of one person make one user.
  await sql`select pg_advisory_xact_lock(hashtext(${`${issuer} ${person.sub}`}))`.execute(trx)
  const { rows } = await sql<{ userId: string }>`
    select user_id as "userId" from accounts_oauth_identities
    where issuer = ${issuer} and subject = ${person.sub}`.execute(trx)
  const linked = rows[0] && (await users.byId(rows[0].userId))
  if (linked) return linked
  const wanted = { email: person.email, passwordHash: null, verified: true }
  const user = await users.add({ ...wanted, username: usernameFor(person) })
  await sql`
    insert into accounts_oauth_identities (issuer, subject, user_id)
    values (${issuer}, ${person.sub}, ${user.id})`.execute(trx)
  return user
}

/** Ending by chance, since the plain name may be taken. */
function usernameFor({ email, name }: Person): string {
  const wish = (name ?? email.split('@')[0] ?? '').replaceAll(/\s+/g, '.').slice(0, 20)
  const suffix = newSecret(4).text.replaceAll(/[_-]/g, 'x')
  const candidate = `${wish}-${suffix}`
  return username.safeParse(candidate).success ? candidate : `user-${suffix}`
}
