import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Defences } from '../defences.ts'
import type { Transact } from '../postgres/transaction.ts'

export const roleName = z.enum(['admin', 'support', 'editor', 'author'])
export type RoleName = z.infer<typeof roleName>

/** What each role may, besides what every signed-in person may do with what is their own. */
const permissions = {
  admin: [
    'users:manage',
    'products:write',
    'orders:any',
    'posts:write',
    'posts:any',
    'jobs:manage',
    'settings:write',
  ],
  support: ['orders:any', 'jobs:manage'],
  editor: ['posts:write', 'posts:any'],
  author: ['posts:write'],
} as const satisfies Record<RoleName, readonly string[]>

export type Permission = (typeof permissions)[RoleName][number]

type Tables = { identity_roles: { user_id: string; role: string } }

/**
 * Who has which role. Postgres is the truth, so a revoked role takes effect while Redis is away
 * too, on every instance within `role-cache`'s `staleMs`.
 */
export interface Roles {
  of(userId: string): Promise<readonly RoleName[]>
  replace(userId: string, roles: readonly RoleName[]): Promise<void>
}

const maxCached = 10_000

export function createRoles(
  database: Kysely<unknown>,
  transact: Transact,
  defences: Defences,
): Roles {
  const db = database.withTables<Tables>()
  const staleMs = defences.on('role-cache') ? defences.settings('role-cache').staleMs : 0
  const cached = new Map<string, { readonly roles: readonly RoleName[]; readonly until: number }>()
  const load = async (userId: string) => {
    const rows = await db
      .selectFrom('identity_roles')
      .select('role')
      .where('user_id', '=', userId)
      .execute()
    return rows.map(row => roleName.parse(row.role))
  }
  return {
    of: async userId => {
      const known = cached.get(userId)
      if (known && known.until > performance.now()) return known.roles
      // The age counts from before the read: what changed during it is not missed for longer.
      const until = performance.now() + staleMs
      const roles = await load(userId)
      if (cached.size >= maxCached) cached.clear()
      cached.set(userId, { roles, until })
      return roles
    },
    replace: async (userId, roles) => {
      await transact(async trx => {
        await sql`delete from identity_roles where user_id = ${userId}`.execute(trx)
        if (roles.length === 0) return
        const values = roles.map(role => sql`(${userId}, ${role})`)
        await sql`insert into identity_roles (user_id, role) values ${sql.join(values)}`.execute(
          trx,
        )
      })
      cached.delete(userId)
    },
  }
}

export function allows(roles: readonly RoleName[], permission: Permission): boolean {
  return roles.some(role => (permissions[role] as readonly string[]).includes(permission))
}
