import { randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Defences } from '../../defences.ts'
import type { Transact } from '../../postgres/transaction.ts'
import { hashOf, newSecret } from './secret.ts'
import type { Successor } from './successor.ts'

interface Holder {
  readonly userId: string
  readonly sessionId: string
}

export type Rotation =
  | ({ readonly kind: 'rotated'; readonly token: string } & Holder)
  /** Used a moment ago, and its successor too: a tab that came late. Refused, and nothing more. */
  | { readonly kind: 'raced' }
  /** Used before: stolen. The whole family is revoked. */
  | ({ readonly kind: 'reused' } & Holder)
  | { readonly kind: 'unknown' }

/**
 * Refresh tokens: each works once and is replaced by the next of its family. Asked again within the
 * leeway, because two tabs asked at once or an answer was lost, it gives the same next one again, as
 * long as that was not used.
 */
export interface RefreshTokens {
  issue(holder: Holder): Promise<string>
  rotate(text: string): Promise<Rotation>
  revokeSession(sessionId: string): Promise<void>
  revokeAll(userId: string, exceptSession?: string): Promise<void>
}

type Row = { family: string; userId: string; sessionId: string }

export function createRefreshTokens(
  db: Kysely<unknown>,
  transact: Transact,
  ttlSeconds: number,
  successorOf: Successor,
  defences: Defences,
): RefreshTokens {
  const { leewayMs } = defences.settings('refresh-rotation')
  const insert = async (
    trx: Kysely<unknown>,
    family: string,
    { userId, sessionId }: Holder,
    text = newSecret().text,
  ) => {
    await sql`
      insert into accounts_refresh_tokens (hash, family, user_id, session_id, expires_at)
      values (${hashOf(text)}, ${family}, ${userId}, ${sessionId},
        now() + make_interval(secs => ${ttlSeconds}))`.execute(trx)
    return text
  }
  const rotate = (text: string) =>
    transact(async (trx): Promise<Rotation> => {
      const { rows } = await sql<Row>`
        update accounts_refresh_tokens set used_at = now()
        where hash = ${hashOf(text)}
          and used_at is null and revoked_at is null and expires_at > now()
        returning family, user_id as "userId", session_id as "sessionId"`.execute(trx)
      const [row] = rows
      if (!row) return again(trx, text, { leewayMs, successorOf })
      const { family, userId, sessionId } = row
      const token = await insert(trx, family, { userId, sessionId }, successorOf(text))
      return { kind: 'rotated', token, userId, sessionId }
    })
  return {
    issue: holder => insert(db, randomUUID(), holder),
    rotate: defences.on('refresh-rotation') ? rotate : text => useAgain(db, text),
    revokeSession: async sessionId => {
      await sql`
        update accounts_refresh_tokens set revoked_at = now()
        where session_id = ${sessionId} and revoked_at is null`.execute(db)
    },
    revokeAll: async (userId, exceptSession) => {
      await sql`
        update accounts_refresh_tokens set revoked_at = now()
        where user_id = ${userId} and revoked_at is null
          and session_id is distinct from ${exceptSession ?? null}::uuid`.execute(db)
    },
  }
}

/** One token until it expires, for its owner and for whoever stole it. */
async function useAgain(db: Kysely<unknown>, token: string): Promise<Rotation> {
  const { rows } = await sql<Holder>`
    select user_id as "userId", session_id as "sessionId" from accounts_refresh_tokens
    where hash = ${hashOf(token)} and revoked_at is null and expires_at > now()`.execute(db)
  const [holder] = rows
  return holder ? { kind: 'rotated', token, ...holder } : { kind: 'unknown' }
}

interface Leeway {
  readonly leewayMs: number
  readonly successorOf: Successor
}

/** What a token means that was used already, or is not one. */
async function again(
  trx: Kysely<unknown>,
  text: string,
  { leewayMs, successorOf }: Leeway,
): Promise<Rotation> {
  const token = successorOf(text)
  const { rows } = await sql<Row & { used: boolean; recent: boolean; unused: boolean }>`
    select t.family, t.user_id as "userId", t.session_id as "sessionId",
      t.used_at is not null as used,
      t.used_at > clock_timestamp() - make_interval(secs => ${leewayMs / 1_000})
        and t.revoked_at is null as recent,
      next.used_at is null and next.revoked_at is null as unused
    from accounts_refresh_tokens t
    left join accounts_refresh_tokens next on next.hash = ${hashOf(token)}
    where t.hash = ${hashOf(text)}`.execute(trx)
  const [row] = rows
  if (!row?.used) return { kind: 'unknown' }
  const { family, userId, sessionId } = row
  if (row.recent)
    return row.unused ? { kind: 'rotated', token, userId, sessionId } : { kind: 'raced' }
  await sql`
    update accounts_refresh_tokens set revoked_at = now()
    where family = ${family} and revoked_at is null`.execute(trx)
  return { kind: 'reused', userId, sessionId }
}
