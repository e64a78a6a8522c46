import type { Kysely } from 'kysely'
import type { Passwords } from '../../identity/passwords.ts'
import { queueMail } from '../../mailing/outbox.ts'
import type { Transact } from '../../postgres/transaction.ts'
import { Problem } from '../../problem.ts'
import { createOneTimeTokens, type Purpose } from './one-time-tokens.ts'
import { createUsers } from './repository.ts'
import type { User, Registration as Wanted } from './user.ts'

interface Parts {
  readonly db: Kysely<unknown>
  readonly transact: Transact
  readonly passwords: Passwords
  readonly publicUrl: string
}

const ttlSeconds = { verify: 24 * 3_600, reset: 3_600 } as const
const subjects = { verify: 'Confirm your address', reset: 'A new password' } as const

/** Becoming a user, and proving to be one by mail. */
export interface Registration {
  /** The user and the mail to prove the address are stored together, or neither. */
  register(wanted: Wanted): Promise<User>
  /** Another mail. Says nothing about whether there is such a user. */
  mailLink(email: string, purpose: Purpose): Promise<void>
  /** @throws {Problem} 400 `token-invalid`. */
  verify(token: string): Promise<User>
  resetPassword(token: string, password: string): Promise<User>
}

export function createRegistration({ db, transact, passwords, publicUrl }: Parts): Registration {
  const mailLinkTo = async (trx: Kysely<unknown>, user: User, purpose: Purpose) => {
    const token = await createOneTimeTokens(trx).issue(user.id, purpose, ttlSeconds[purpose])
    const body = `Hello ${user.username},\n\n${publicUrl}/${purpose}?token=${token}\n`
    await queueMail(trx, { recipient: user.email, subject: subjects[purpose], body })
  }
  const redeem = async (trx: Kysely<unknown>, token: string, purpose: Purpose) => {
    const userId = await createOneTimeTokens(trx).redeem(token, purpose)
    const user = userId === undefined ? undefined : await createUsers(trx).byId(userId)
    if (user) return user
    const title = 'This link was used, has expired, or was never valid.'
    throw new Problem({ status: 400, code: 'token-invalid', title })
  }
  return {
    register: async ({ username, email, password }) => {
      const passwordHash = await passwords.hash(password)
      return transact(async trx => {
        const wanted = { username, email, passwordHash, verified: false }
        const user = await createUsers(trx).add(wanted)
        await mailLinkTo(trx, user, 'verify')
        return user
      })
    },
    mailLink: async (email, purpose) => {
      const user = await createUsers(db).byEmail(email)
      const isPointless = !user || (purpose === 'verify' && user.verifiedAt)
      if (isPointless) return
      await transact(trx => mailLinkTo(trx, user, purpose))
    },
    verify: token =>
      transact(async trx => {
        const user = await redeem(trx, token, 'verify')
        await createUsers(trx).markVerified(user.id)
        return user
      }),
    resetPassword: async (token, password) => {
      const passwordHash = await passwords.hash(password)
      return transact(async trx => {
        const user = await redeem(trx, token, 'reset')
        await createUsers(trx).setPassword(user.id, passwordHash)
        await createUsers(trx).markVerified(user.id) // the link reached the address
        return user
      })
    },
  }
}
