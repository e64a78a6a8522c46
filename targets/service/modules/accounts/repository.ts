import { type Kysely, type Selectable, sql } from 'kysely'
import { isUniqueViolation } from '../../postgres/errors.ts'
import { Problem } from '../../problem.ts'
import { keyOf, type User } from './user.ts'

type UserRow = {
  id: string
  username: string
  username_key: string
  email: string
  email_key: string
  password_hash: string | null
  verified_at: Date | null
  last_login_at: Date | null
  mfa_secret: string | null
  mfa_enabled_at: Date | null
  mfa_last_step: number
}
type Tables = { accounts_users: UserRow }

interface NewUser {
  readonly username: string
  readonly email: string
  readonly passwordHash: string | null
  readonly verified: boolean
}

/** The people, in Postgres. Works in a transaction when given one. */
export interface Users {
  /** @throws {Problem} 409 `username-taken` or `email-taken`. */
  add(user: NewUser): Promise<User>
  byId(id: string): Promise<User | undefined>
  byLogin(usernameOrEmail: string): Promise<User | undefined>
  byEmail(email: string): Promise<User | undefined>
  markVerified(id: string): Promise<void>
  markLogin(id: string): Promise<void>
  setPassword(id: string, passwordHash: string): Promise<void>
  setMfa(id: string, mfa: { secret: string | null; enabled: boolean }): Promise<void>
  /** False when this time step, or a later one, was used before. */
  useMfaStep(id: string, step: number): Promise<boolean>
  remove(id: string): Promise<void>
}

export function createUsers(database: Kysely<unknown>): Users {
  const db = database.withTables<Tables>()
  const query = db.selectFrom('accounts_users').selectAll()
  const change = (id: string) => db.updateTable('accounts_users').where('id', '=', id)
  return {
    add: async user => {
      const { rows } = await sql<Selectable<UserRow>>`
        insert into accounts_users
          (username, username_key, email, email_key, password_hash, verified_at)
        values (${user.username}, ${keyOf(user.username)}, ${user.email}, ${keyOf(user.email)},
          ${user.passwordHash}, case when ${user.verified}::boolean then now() end)
        returning *`
        .execute(database)
        .catch(error => {
          throw duplicate(error) ?? error
        })
      const [row] = rows
      if (!row) throw new Error('The insert returned no user.')
      return toUser(row)
    },
    byId: async id => optional(await query.where('id', '=', id).executeTakeFirst()),
    byEmail: async email =>
      optional(await query.where('email_key', '=', keyOf(email)).executeTakeFirst()),
    byLogin: async login => {
      const key = login.includes('@') ? 'email_key' : 'username_key'
      return optional(await query.where(key, '=', keyOf(login)).executeTakeFirst())
    },
    markVerified: async id => {
      await change(id).set({ verified_at: sql`coalesce(verified_at, now())` }).execute()
    },
    markLogin: async id => {
      await change(id).set({ last_login_at: sql`now()` }).execute()
    },
    setPassword: async (id, passwordHash) => {
      await change(id).set({ password_hash: passwordHash }).execute()
    },
    setMfa: async (id, { secret, enabled }) => {
      await change(id)
        .set({ mfa_secret: secret, mfa_enabled_at: enabled ? sql`now()` : null })
        .execute()
    },
    useMfaStep: async (id, step) => {
      const used = change(id).set({ mfa_last_step: step }).where('mfa_last_step', '<', step)
      return (await used.executeTakeFirst()).numUpdatedRows > 0n
    },
    remove: async id => {
      await db.deleteFrom('accounts_users').where('id', '=', id).execute()
    },
  }
}

function duplicate(error: unknown): Problem | undefined {
  const taken = (what: string) =>
    new Problem({ status: 409, code: `${what}-taken`, title: `This ${what} is taken.` })
  if (isUniqueViolation(error, 'accounts_users_username')) return taken('username')
  if (isUniqueViolation(error, 'accounts_users_email')) return taken('email')
  return undefined
}

function optional(row: UserRow | undefined): User | undefined {
  return row && toUser(row)
}

function toUser(row: UserRow): User {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    passwordHash: row.password_hash,
    verifiedAt: row.verified_at,
    lastLoginAt: row.last_login_at,
    mfaSecret: row.mfa_secret,
    mfaEnabledAt: row.mfa_enabled_at,
  }
}
