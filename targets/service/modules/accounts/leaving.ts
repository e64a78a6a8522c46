import type { Caller, Identity } from '../../identity/identity.ts'
import { notFound, Problem, unavailable } from '../../problem.ts'
import type { Users } from './repository.ts'
import type { SignIn } from './sign-in.ts'

interface Parts {
  readonly identity: Identity
  readonly users: Users
  readonly signIn: SignIn
}

/** Ends an account for good. */
export interface Leaving {
  /**
   * Not for whoever borrows a session: a person with a password says it once more, one who signs in
   * through a provider only has done so within five minutes. (OWASP Authentication Cheat Sheet,
   * "Require Re-authentication for Sensitive Features".)
   * @throws {Problem} 401 `password-required`, `login-wrong` or `sign-in-again`; 429.
   */
  leave(caller: Caller, password: string | undefined): Promise<void>
}

const freshMs = 5 * 60_000

export function createLeaving({ identity, users, signIn }: Parts): Leaving {
  const { sessions, roles } = identity
  const isFresh = async (sessionId: string): Promise<boolean> => {
    try {
      const session = await sessions.find(sessionId)
      return session !== undefined && (await sessions.ageMs(session)) < freshMs
    } catch (cause) {
      const title = 'Sessions cannot be read at the moment.'
      throw unavailable('redis-unavailable', title, { cause })
    }
  }
  return {
    // A second factor would prove nothing: whoever has the session may have set it up.
    leave: async ({ userId, sessionId }, password) => {
      const user = await users.byId(userId)
      if (!user) throw notFound('user')
      if (user.passwordHash === null) {
        if (!(await isFresh(sessionId))) {
          throw refused('sign-in-again', 'Sign in again, then ask within five minutes.')
        }
      } else if (password === undefined) {
        throw refused('password-required', 'Your password once more, please.')
      } else await signIn.confirmPassword(user, password)

      await signIn.endAll(userId)
      await roles.replace(userId, [])
      await users.remove(userId)
    },
  }
}

function refused(code: string, title: string): Problem {
  return new Problem({ status: 401, code, title })
}
