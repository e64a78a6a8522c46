import { z } from 'zod'
import { parse } from '../../http/problems.ts'
import { type Identity, sessionCookie } from '../../identity/identity.ts'
import type { Passwords } from '../../identity/passwords.ts'
import { roleName } from '../../identity/roles.ts'
import type { Http } from '../../kit.ts'
import { notFound } from '../../problem.ts'
import type { Leaving } from './leaving.ts'
import type { Mfa } from './mfa.ts'
import type { Users } from './repository.ts'
import type { SignIn } from './sign-in.ts'
import { password, type User } from './user.ts'

const codeOnly = z.strictObject({ code: z.string().min(6).max(64) })
const change = z.strictObject({ current: z.string().min(1).max(512), next: password })
const leave = z.strictObject({ password: z.string().min(1).max(512).optional() })
const roles = z.strictObject({ roles: z.array(roleName).max(10) })
const byId = z.object({ id: z.uuid() })

interface Parts {
  readonly identity: Identity
  readonly users: Users
  readonly passwords: Passwords
  readonly leaving: Leaving
  readonly mfa: Mfa
  readonly signIn: SignIn
}

/** What a signed-in person can do with the account. */
export function addAccountRoutes(http: Http, { identity, users, passwords, ...parts }: Parts) {
  const { leaving, mfa, signIn } = parts
  const userOf = async (id: string): Promise<User> => {
    const user = await users.byId(id)
    if (!user) throw notFound('user')
    return user
  }
  http.get('/v1/me', async request => {
    const { userId, roles } = await identity.caller(request)
    const { username, email, lastLoginAt, mfaEnabledAt } = await userOf(userId)
    return { id: userId, username, email, roles, lastLoginAt, mfa: mfaEnabledAt !== null }
  })
  http.delete('/v1/me', async (request, reply) => {
    const caller = await identity.caller(request)
    await leaving.leave(caller, parse(leave, request.body ?? {}).password)
    return reply.code(204).clearCookie(sessionCookie).send()
  })
  http.post('/v1/logout', async (request, reply) => {
    const { userId, sessionId } = await identity.caller(request)
    await signIn.end({ id: sessionId, userId })
    return reply.code(204).clearCookie(sessionCookie).send()
  })
  http.post('/v1/logout/everywhere', async (request, reply) => {
    const { userId } = await identity.caller(request)
    await signIn.endAll(userId)
    return reply.code(204).clearCookie(sessionCookie).send()
  })
  http.post('/v1/password/change', async (request, reply) => {
    const { userId, sessionId } = await identity.caller(request)
    const { current, next } = parse(change, request.body)
    const user = await userOf(userId)
    await signIn.confirmPassword(user, current)
    await users.setPassword(userId, await passwords.hash(next))
    await signIn.endAll(userId, sessionId)
    return reply.code(204).send()
  })
  http.post('/v1/mfa', async request => {
    const { userId } = await identity.caller(request)
    return mfa.enrol(await userOf(userId))
  })
  http.post('/v1/mfa/confirm', async request => {
    const { userId } = await identity.caller(request)
    return mfa.confirm(await userOf(userId), parse(codeOnly, request.body).code)
  })
  http.post('/v1/mfa/disable', async (request, reply) => {
    const { userId } = await identity.caller(request)
    const user = await userOf(userId)
    await signIn.confirmCode(user, parse(codeOnly, request.body).code)
    await mfa.disable(user)
    return reply.code(204).send()
  })
  http.put('/v1/users/:id/roles', async (request, reply) => {
    await identity.caller(request, 'users:manage')
    const user = await userOf(parse(byId, request.params).id)
    await identity.roles.replace(user.id, parse(roles, request.body).roles)
    await signIn.endAll(user.id) // nobody works on with a screen made for another role
    return reply.code(204).send()
  })
}
