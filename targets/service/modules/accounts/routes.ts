import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AuthConfig } from '../../config.ts'
import { parse } from '../../http/problems.ts'
import { bindingOf, type Identity, sessionCookie } from '../../identity/identity.ts'
import type { Http } from '../../kit.ts'
import type { Registration } from './registration.ts'
import type { SignedIn, SignIn } from './sign-in.ts'
import { email, password, registration } from './user.ts'

const login = z.strictObject({
  login: z.string().min(1).max(254),
  password: z.string().min(1).max(512),
  /** Of the second factor. */
  code: z.string().min(6).max(64).optional(),
  device: z.string().min(1).max(100).default('unnamed'),
})
const token = z.string().min(1).max(200)
const tokenOnly = z.strictObject({ token })
const reset = z.strictObject({ token, password })
const refresh = z.strictObject({ refreshToken: token })
const emailOnly = z.strictObject({ email })

interface Parts {
  readonly auth: AuthConfig
  readonly identity: Identity
  readonly registration: Registration
  readonly signIn: SignIn
}

/** What one can do without being signed in. */
export function addSignInRoutes(http: Http, parts: Parts): void {
  const { signIn } = parts
  http.post('/v1/accounts', async (request, reply) => {
    const user = await parts.registration.register(parse(registration, request.body))
    reply.code(201)
    return { id: user.id, username: user.username, email: user.email, verified: false }
  })
  http.post('/v1/accounts/verify', async (request, reply) => {
    const user = await parts.registration.verify(parse(tokenOnly, request.body).token)
    return answer(await signIn.start(user, deviceOf(request, 'unnamed')), reply, parts.auth)
  })
  http.post('/v1/accounts/verify/mail', async (request, reply) => {
    await parts.registration.mailLink(parse(emailOnly, request.body).email, 'verify')
    return reply.code(202).send()
  })
  http.post('/v1/login', async (request, reply) => {
    const { device, ...credentials } = parse(login, request.body)
    const signedIn = await signIn.withPassword(credentials, deviceOf(request, device))
    await endPrevious(request, parts)
    return answer(signedIn, reply, parts.auth)
  })
  http.post('/v1/token/refresh', async request => {
    const tokens = await signIn.refresh(parse(refresh, request.body).refreshToken)
    return { ...tokens, expiresIn: parts.auth.accessSeconds }
  })
  http.post('/v1/password/forgot', async (request, reply) => {
    await parts.registration.mailLink(parse(emailOnly, request.body).email, 'reset')
    return reply.code(202).send()
  })
  http.post('/v1/password/reset', async (request, reply) => {
    const wanted = parse(reset, request.body)
    const user = await parts.registration.resetPassword(wanted.token, wanted.password)
    await signIn.endAll(user.id)
    return reply.code(204).send()
  })
}

/** Whatever session the browser came with, planted or its own, ends: the id rotates. */
async function endPrevious(request: FastifyRequest, { identity, signIn }: Parts): Promise<void> {
  const cookie = request.cookies[sessionCookie]
  const previous = cookie === undefined ? undefined : await identity.sessions.open(cookie)
  if (previous) await signIn.end(previous)
}

export function deviceOf(request: FastifyRequest, name: string) {
  return { name, binding: bindingOf(request) }
}

/** Tokens for programs, a cookie for browsers. */
export function answer(signedIn: SignedIn, reply: FastifyReply, auth: AuthConfig) {
  const { user, session, cookie, accessToken, refreshToken } = signedIn
  reply.setCookie(sessionCookie, cookie, {
    path: '/',
    httpOnly: true,
    secure: auth.secureCookies,
    sameSite: 'lax',
    maxAge: auth.sessionSeconds,
  })
  return {
    userId: user.id,
    sessionId: session.id,
    csrfToken: session.csrf,
    accessToken,
    refreshToken,
    expiresIn: auth.accessSeconds,
  }
}
