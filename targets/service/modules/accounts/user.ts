import { z } from 'zod'
import { canonical } from '../../identity/passwords.ts'

/** One spelling for what people hold to be the same name: compatibility forms and case folded. */
export function keyOf(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}

/** Letters and digits of any script; no spaces, no look-alike punctuation, nothing invisible. */
export const username = z
  .string()
  .min(3)
  .max(32)
  .regex(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u, 'letters, digits, dot, dash and underscore')

export const email = z.email().max(254)

/** NIST SP 800-63B: length counts, rules about character classes do not. */
const minPassword = 10
const maxPassword = 128
export const password = z
  .string()
  .min(minPassword)
  .max(maxPassword)
  .refine(text => !isCommon(text), 'is among the passwords that everybody tries first')

export const registration = z
  .strictObject({ username, email, password })
  .refine(each => !containsName(each.password, each), {
    path: ['password'],
    message: 'contains the user name or the e-mail address',
  })
export type Registration = z.infer<typeof registration>

export interface User {
  readonly id: string
  readonly username: string
  readonly email: string
  /** None: signs in through an OAuth provider only. */
  readonly passwordHash: string | null
  readonly verifiedAt: Date | null
  readonly lastLoginAt: Date | null
  readonly mfaSecret: string | null
  readonly mfaEnabledAt: Date | null
}

export function containsName(text: string, user: { username: string; email: string }): boolean {
  const lower = keyOf(text)
  const [mailbox = ''] = keyOf(user.email).split('@')
  return [keyOf(user.username), mailbox].some(name => name.length >= 4 && lower.includes(name))
}

const words = 'password passwort qwerty qwertz azerty letmein welcome iloveyou admin dragon monkey'
const common = new RegExp(`^(?:${words.split(' ').join('|')})?[\\d!@#$%^&*._-]*$`)

/** A well-known word or nothing, followed by digits and signs only; or one character repeated. */
function isCommon(text: string): boolean {
  const lower = canonical(text).toLowerCase()
  const leet = lower.replaceAll('0', 'o').replaceAll('@', 'a').replaceAll('$', 's')
  return common.test(lower) || common.test(leet) || new Set(lower).size < 4
}
