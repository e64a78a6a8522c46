import { type Kysely, sql } from 'kysely'
import { generateSecret, generateURI, verify } from 'otplib'
import type { Transact } from '../../postgres/transaction.ts'
import { Problem } from '../../problem.ts'
import type { Users } from './repository.ts'
import { hashOf, newSecret } from './secret.ts'
import type { User } from './user.ts'

const periodSeconds = 30
/** One step to either side, for clocks that differ. */
const toleranceSeconds = periodSeconds
const recoveryCodeCount = 10

/** The second factor: time-based codes (RFC 6238), each accepted once, and recovery codes. */
export interface Mfa {
  enrol(user: User): Promise<{ secret: string; uri: string }>
  /** Switches it on; the recovery codes are shown here and never again. */
  confirm(user: User, code: string): Promise<{ recoveryCodes: readonly string[] }>
  /** @throws {Problem} 401 `mfa-required` or `mfa-wrong`. */
  check(user: User, code: string | undefined): Promise<void>
  disable(user: User): Promise<void>
}

export function createMfa(
  db: Kysely<unknown>,
  transact: Transact,
  users: Users,
  issuer: string,
): Mfa {
  const check = async (user: User, code: string | undefined) => {
    if (code === undefined) throw refused('mfa-required', 'The code of your second factor, please.')
    const right = /^\d{6}$/.test(code)
      ? await acceptsCode(user, code, users)
      : await acceptsRecoveryCode(user.id, code, db)
    if (!right) throw refused('mfa-wrong', 'This code is wrong or was used before.')
  }
  return {
    check,
    enrol: async user => {
      if (user.mfaEnabledAt) {
        throw new Problem({ status: 409, code: 'mfa-on', title: 'The second factor is on.' })
      }
      const secret = generateSecret()
      await users.setMfa(user.id, { secret, enabled: false })
      return { secret, uri: generateURI({ issuer, label: user.username, secret }) }
    },
    confirm: async (user, code) => {
      await check(user, code)
      const codes = Array.from({ length: recoveryCodeCount }, () => newSecret(12))
      await transact(async trx => {
        await sql`delete from accounts_recovery_codes where user_id = ${user.id}`.execute(trx)
        const rows = codes.map(({ hash }) => sql`(${user.id}, ${hash})`)
        await sql`
          insert into accounts_recovery_codes (user_id, hash) values ${sql.join(rows)}`.execute(trx)
      })
      await users.setMfa(user.id, { secret: user.mfaSecret, enabled: true })
      return { recoveryCodes: codes.map(({ text }) => text) }
    },
    disable: async user => {
      await users.setMfa(user.id, { secret: null, enabled: false })
    },
  }
}

async function acceptsCode(user: User, token: string, users: Users): Promise<boolean> {
  const { mfaSecret: secret } = user
  if (!secret) return false
  const epoch = Math.floor(Date.now() / 1_000)
  const result = await verify({ secret, token, epoch, epochTolerance: toleranceSeconds })
  if (!result.valid) return false
  const step = Math.floor(epoch / periodSeconds) + (result.delta ?? 0)
  return users.useMfaStep(user.id, step)
}

async function acceptsRecoveryCode(
  userId: string,
  code: string,
  db: Kysely<unknown>,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update accounts_recovery_codes set used_at = now()
    where user_id = ${userId} and hash = ${hashOf(code)} and used_at is null`.execute(db)
  return (numAffectedRows ?? 0n) > 0n
}

function refused(code: string, title: string): Problem {
  return new Problem({ status: 401, code, title })
}
