import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { apart, currentContext } from '../context.ts'
import type { Defences } from '../defences.ts'

const session = z.object({
  id: z.uuid(),
  userId: z.uuid(),
  device: z.string(),
  /** What the browser said it was at sign-in; a cookie that turns up elsewhere is refused. */
  binding: z.string(),
  secretHash: z.string(),
  csrf: z.string(),
  createdAt: z.string(),
})
export type Session = z.infer<typeof session>

interface NewSession {
  readonly userId: string
  readonly device: string
  readonly binding: string
}

/** Sessions in Redis, shared by every instance and role, gone by themselves when unused. */
export interface SessionStore {
  readonly ttlSeconds: number
  /** `cookie` is the only place where the secret is; the store keeps its hash. */
  create(session: NewSession): Promise<{ session: Session; cookie: string }>
  find(sessionId: string): Promise<Session | undefined>
  /** The session of a cookie, and another full TTL for it. */
  open(cookie: string): Promise<Session | undefined>
  list(userId: string): Promise<readonly Session[]>
  /** How long ago it was created. */
  ageMs(session: Session): Promise<number>
  revoke(session: Pick<Session, 'id' | 'userId'>): Promise<void>
  /** Every session of this person, but for one. */
  revokeAll(userId: string, except?: string): Promise<number>
  /** What all devices of a person share. */
  readShared(userId: string): Promise<Record<string, string>>
  writeShared(userId: string, entries: Record<string, string>): Promise<void>
}

const key = (id: string) => `sessions:${id}`
const indexKey = (userId: string) => `sessions:of:${userId}`
const sharedKey = (userId: string) => `sessions:shared:${userId}`
const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

export function createSessionStore(
  redis: Redis,
  ttlSeconds: number,
  defences: Defences,
): SessionStore {
  /** Of the server that expires the sessions. */
  const nowMs = defences.on('server-clock')
    ? async () => {
        const [seconds, microseconds] = await redis.time()
        return Number(seconds) * 1_000 + Number(microseconds) / 1_000
      }
    : async () => Date.now()
  const find = async (id: string) => {
    const text = await redis.get(key(id))
    return text === null ? undefined : session.parse(JSON.parse(text))
  }
  const list = async (userId: string) => {
    const ids = await redis.zrange(indexKey(userId), '0', '-1')
    const found = await Promise.all(ids.map(find))
    return found.filter(each => each !== undefined)
  }
  const revoke = async ({ id, userId }: Pick<Session, 'id' | 'userId'>) => {
    await run(redis.multi().del(key(id)).zrem(indexKey(userId), id))
  }
  return {
    ttlSeconds,
    find,
    list,
    revoke,
    ageMs: async ({ createdAt }) => (await nowMs()) - Date.parse(createdAt),
    create: async wanted => {
      const secret = randomBytes(32).toString('base64url')
      const now = await nowMs()
      const made: Session = {
        ...wanted,
        id: randomUUID(),
        secretHash: hash(secret),
        csrf: randomBytes(18).toString('base64url'),
        createdAt: new Date(now).toISOString(),
      }
      const of = indexKey(made.userId)
      await run(
        redis
          .multi()
          .set(key(made.id), JSON.stringify(made), 'EX', ttlSeconds)
          .zremrangebyscore(of, 0, now) // what expired leaves the index here
          .zadd(of, now + ttlSeconds * 1_000, made.id)
          .expire(of, ttlSeconds),
      )
      return { session: made, cookie: `${made.id}.${secret}` }
    },
    open: async cookie => {
      const [id = '', secret = ''] = cookie.split('.')
      if (!z.uuid().safeParse(id).success) return undefined
      const found = await find(id)
      if (!found || !sameText(found.secretHash, hash(secret))) return undefined
      const of = indexKey(found.userId)
      const until = (await nowMs()) + ttlSeconds * 1_000
      const again = redis.multi().expire(key(id), ttlSeconds).zadd(of, 'XX', until, id)
      await apart(() => run(again.expire(of, ttlSeconds)))
      return found
    },
    revokeAll: async (userId, except) => {
      const doomed = (await list(userId)).filter(each => each.id !== except)
      await Promise.all(doomed.map(revoke))
      return doomed.length
    },
    readShared: userId => redis.hgetall(sharedKey(userId)),
    writeShared: async (userId, entries) => {
      const of = sharedKey(userId)
      await run(redis.multi().hset(of, entries).expire(of, ttlSeconds))
    },
  }
}

/** A transaction whose single failures are errors, not results. */
async function run(transaction: ReturnType<Redis['multi']>): Promise<void> {
  currentContext().deadline.beginEffect()
  for (const [error] of (await transaction.exec()) ?? []) if (error) throw error
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
