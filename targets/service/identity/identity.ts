import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { Problem, unavailable } from '../problem.ts'
import { allows, type Permission, type RoleName, type Roles } from './roles.ts'
import type { Session, SessionStore } from './session-store.ts'
import type { Tokens } from './tokens.ts'

/** Who is calling. */
export interface Caller {
  readonly userId: string
  readonly sessionId: string
  readonly roles: readonly RoleName[]
  may(permission: Permission): boolean
}

/** Who is calling with a token, and for how long it still counts. */
export interface TokenCaller extends Caller {
  readonly expiresInMs: number
}

interface Parts {
  readonly tokens: Tokens
  readonly sessions: SessionStore
  readonly roles: Roles
  readonly log: Pick<Logger, 'warn'>
}

/** Tells who is calling; every route that is not for everybody asks it first. */
export interface Identity extends Omit<Parts, 'log'> {
  /**
   * By `Authorization: Bearer` or by the session cookie (then with `x-csrf-token` for whatever
   * changes something). While Redis is away a token counts until it expires, a cookie does not.
   * @throws {Problem} 401, 403, or 503 when the session cannot be looked up.
   */
  caller(request: FastifyRequest, permission?: Permission): Promise<Caller>
  /** The same for a token that came another way, in a frame of a web socket. */
  callerOfToken(token: string): Promise<TokenCaller>
}

export const sessionCookie = 'sid'

export function createIdentity({ log, ...parts }: Parts): Identity {
  const callerOf = async (userId: string, sessionId: string): Promise<Caller> => {
    const roles = await parts.roles.of(userId)
    return { userId, sessionId, roles, may: permission => allows(roles, permission) }
  }
  const callerOfToken = async (token: string) => {
    const { userId, sessionId, expiresInMs } = await parts.tokens.verify(token)
    const session = await parts.sessions.find(sessionId).catch((err: unknown) => {
      log.warn({ err, event: 'session-unchecked' }, 'a token is believed without its session')
      return 'unchecked' as const
    })
    if (session === undefined) throw signInAgain('session-ended')
    return { ...(await callerOf(userId, sessionId)), expiresInMs }
  }
  return {
    ...parts,
    callerOfToken,
    caller: async (request, permission) => {
      const token = bearer(request)
      const caller = token
        ? await callerOfToken(token)
        : await sessionOf(request, parts.sessions).then(({ userId, id }) => callerOf(userId, id))
      if (permission && !caller.may(permission)) {
        throw new Problem({ status: 403, code: 'forbidden', title: `You may not: ${permission}.` })
      }
      return caller
    },
  }
}

/** What a session is bound to: not proof, but a stolen cookie must come with it. */
export function bindingOf(request: FastifyRequest): string {
  return request.headers['user-agent'] ?? ''
}

async function sessionOf(request: FastifyRequest, sessions: SessionStore): Promise<Session> {
  const cookie = request.cookies[sessionCookie]
  if (!cookie) throw signInAgain('unauthenticated')
  const session = await sessions.open(cookie).catch((cause: unknown) => {
    const title = 'Sessions cannot be read at the moment.'
    throw unavailable('redis-unavailable', title, { cause })
  })
  if (!session || session.binding !== bindingOf(request)) throw signInAgain('session-ended')
  const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(request.method)
  if (!isSafe && request.headers['x-csrf-token'] !== session.csrf) {
    throw new Problem({ status: 403, code: 'csrf', title: 'The x-csrf-token is missing or wrong.' })
  }
  return session
}

function bearer(request: FastifyRequest): string | undefined {
  return /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
}

function signInAgain(code: string): Problem {
  return new Problem({ status: 401, code, title: 'Sign in first.' })
}
