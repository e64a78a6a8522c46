import { type Kysely, sql } from 'kysely'
import type { Sealer } from './sealed.ts'

export interface Grant {
  readonly subject: string
  readonly accessToken: string
  readonly refreshToken: string | undefined
  readonly expiresAt: Date
}

type Row = { subject: string; tokens: string; expiresAt: Date }

/** What the provider lets us do for a user, sealed. Works in a transaction when given one. */
export interface Grants {
  keep(userId: string, grant: Grant): Promise<void>
  /** Locked until the transaction ends: of two who would refresh, one waits for the other. */
  lock(userId: string): Promise<Grant | undefined>
  remove(userId: string): Promise<void>
}

export function createGrants(db: Kysely<unknown>, sealer: Sealer): Grants {
  return {
    keep: async (userId, { subject, accessToken, refreshToken, expiresAt }) => {
      const tokens = sealer.seal(JSON.stringify({ accessToken, refreshToken }))
      await sql`
        insert into accounts_oauth_grants (user_id, subject, tokens, expires_at)
        values (${userId}, ${subject}, ${tokens}, ${expiresAt})
        on conflict (user_id) do update
        set subject = excluded.subject, tokens = excluded.tokens, expires_at = excluded.expires_at
      `.execute(db)
    },
    lock: async userId => {
      const { rows } = await sql<Row>`
        select subject, tokens, expires_at as "expiresAt" from accounts_oauth_grants
        where user_id = ${userId} for update`.execute(db)
      const [row] = rows
      if (!row) return undefined
      const { accessToken, refreshToken } = JSON.parse(sealer.open(row.tokens))
      return { subject: row.subject, expiresAt: row.expiresAt, accessToken, refreshToken }
    },
    remove: async userId => {
      await sql`delete from accounts_oauth_grants where user_id = ${userId}`.execute(db)
    },
  }
}
