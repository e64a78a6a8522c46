import type { Identity } from '../../identity/identity.ts'
import type { Passwords } from '../../identity/passwords.ts'
import type { Session } from '../../identity/session-store.ts'
import { Problem, unavailable } from '../../problem.ts'
import type { LoginThrottle } from './login-throttle.ts'
import type { Mfa } from './mfa.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import type { Users } from './repository.ts'
import { keyOf, type User } from './user.ts'

interface Parts {
  readonly users: Users
  readonly passwords: Passwords
  readonly throttle: LoginThrottle
  readonly mfa: Mfa
  readonly refreshTokens: RefreshTokens
  readonly identity: Identity
}

export interface Device {
  readonly name: string
  readonly binding: string
}

interface Credentials {
  readonly login: string
  readonly password: string
  readonly code?: string | undefined
}

export interface SignedIn {
  readonly user: User
  readonly session: Session
  readonly cookie: string
  readonly accessToken: string
  readonly refreshToken: string
}

export interface SignIn {
  /** @throws {Problem} 401 `login-wrong` for any wrong pair, 403 `unverified`, 429, mfa-…. */
  withPassword(credentials: Credentials, device: Device): Promise<SignedIn>
  /** Before what a borrowed session must not do. @throws {Problem} 401 `login-wrong`, 429. */
  confirmPassword(user: User, password: string): Promise<void>
  /** The same with the second factor. @throws {Problem} 401 `mfa-wrong`, 429. */
  confirmCode(user: User, code: string): Promise<void>
  /** For who has proved to be this user in another way. */
  start(user: User, device: Device): Promise<SignedIn>
  refresh(token: string): Promise<{ accessToken: string; refreshToken: string }>
  end(session: { id: string; userId: string }): Promise<void>
  /** Every session and refresh token of this person, but for one session. */
  endAll(userId: string, exceptSession?: string): Promise<void>
}

export function createSignIn(parts: Parts): SignIn {
  const { users, refreshTokens, identity } = parts
  const start = async (user: User, device: Device): Promise<SignedIn> => {
    const { name, binding } = device
    const started = identity.sessions.create({ userId: user.id, device: name, binding })
    const { session, cookie } = await started.catch(cause => {
      throw unavailable('redis-unavailable', 'Nobody can sign in at the moment.', { cause })
    })
    const holder = { userId: user.id, sessionId: session.id }
    const [accessToken, refreshToken] = await Promise.all([
      identity.tokens.issue(holder),
      refreshTokens.issue(holder),
      users.markLogin(user.id),
    ])
    return { user, session, cookie, accessToken, refreshToken }
  }
  return {
    start,
    withPassword: async (credentials, device) => start(await prove(credentials, parts), device),
    confirmPassword: (user, password) => provePassword(parts, keyOf(user.username), user, password),
    confirmCode: (user, code) => proveCode(parts, user, code),
    refresh: token => refresh(token, parts),
    end: async session => {
      await refreshTokens.revokeSession(session.id)
      await identity.sessions.revoke(session)
    },
    endAll: async (userId, exceptSession) => {
      // The lasting ones first: whoever is cut off by a fault in between cannot come back.
      await refreshTokens.revokeAll(userId, exceptSession)
      await identity.sessions.revokeAll(userId, exceptSession)
    },
  }
}

async function prove({ login, password, code }: Credentials, parts: Parts): Promise<User> {
  const user = await parts.users.byLogin(login)
  // A person is counted once, by whatever name; a name that nobody has is counted like a person.
  await provePassword(parts, keyOf(user?.username ?? login), user, password)
  if (!user?.verifiedAt) {
    const title = 'Confirm your e-mail address first.'
    throw new Problem({ status: 403, code: 'unverified', title })
  }
  if (user.mfaEnabledAt) await proveCode(parts, user, code)
  await parts.throttle.succeeded(keyOf(user.username))
  return user
}

async function provePassword(
  { passwords, throttle }: Parts,
  loginKey: string,
  user: User | undefined,
  password: string,
): Promise<void> {
  await throttle.check(loginKey)
  if ((await passwords.matches(password, user?.passwordHash)) && user) return
  await throttle.failed(loginKey)
  throw new Problem({ status: 401, code: 'login-wrong', title: 'Wrong name or password.' })
}

/** Guessing codes counts like guessing passwords; asking which is needed does not. */
async function proveCode({ mfa, throttle }: Parts, user: User, code?: string): Promise<void> {
  const loginKey = keyOf(user.username)
  await throttle.check(loginKey)
  try {
    await mfa.check(user, code)
  } catch (error) {
    if (error instanceof Problem && error.details.code === 'mfa-wrong') {
      await throttle.failed(loginKey)
    }
    throw error
  }
}

async function refresh(token: string, { refreshTokens, identity }: Parts) {
  const rotation = await refreshTokens.rotate(token)
  if (rotation.kind === 'reused') {
    await identity.sessions.revoke({ id: rotation.sessionId, userId: rotation.userId })
  }
  if (rotation.kind !== 'rotated') {
    const title = 'This refresh token cannot be used.'
    throw new Problem({ status: 401, code: `refresh-${rotation.kind}`, title })
  }
  const { userId, sessionId } = rotation
  const accessToken = await identity.tokens.issue({ userId, sessionId })
  return { accessToken, refreshToken: rotation.token }
}
