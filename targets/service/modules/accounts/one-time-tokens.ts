import { type Kysely, sql } from 'kysely'
import { hashOf, newSecret } from './secret.ts'

export type Purpose = 'verify' | 'reset'

/** Links in mails: each works once, for its purpose, until it expires. */
export interface OneTimeTokens {
  /** Earlier ones for the same purpose stop working. */
  issue(userId: string, purpose: Purpose, ttlSeconds: number): Promise<string>
  /** Whose it was; undefined when it is used, expired, forged or for something else. */
  redeem(text: string, purpose: Purpose): Promise<string | undefined>
}

export function createOneTimeTokens(db: Kysely<unknown>): OneTimeTokens {
  return {
    issue: async (userId, purpose, ttlSeconds) => {
      const { text, hash } = newSecret()
      await sql`
        delete from accounts_one_time_tokens
        where user_id = ${userId} and purpose = ${purpose} and used_at is null`.execute(db)
      await sql`
        insert into accounts_one_time_tokens (hash, user_id, purpose, expires_at)
        values (${hash}, ${userId}, ${purpose}, now() + make_interval(secs => ${ttlSeconds}))
      `.execute(db)
      return text
    },
    redeem: async (text, purpose) => {
      // One statement decides, so of two who click at once only one is let in.
      const { rows } = await sql<{ userId: string }>`
        update accounts_one_time_tokens set used_at = now()
        where hash = ${hashOf(text)} and purpose = ${purpose}
          and used_at is null and expires_at > now()
        returning user_id as "userId"`.execute(db)
      return rows[0]?.userId
    },
  }
}
