import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { parse } from '../http/problems.ts'
import { bindingOf } from '../identity/identity.ts'
import type { Http } from '../kit.ts'
import { Problem } from '../problem.ts'
import type { People } from './people.ts'
import { entry, type Registration } from './registration.ts'
import type { DirectorySessions } from './sessions.ts'
import type { Person } from './tables.ts'

const tokenOnly = z.strictObject({ token: z.string().min(1).max(200) })
const login = z.strictObject({
  email: z.string().min(1).max(254),
  password: z.string().min(1).max(128),
})
const cookieName = 'directory'

interface Parts {
  readonly registration: Registration
  readonly people: People
  readonly sessions: DirectorySessions
  readonly secureCookies: boolean
}

export function addDirectoryRoutes(http: Http, parts: Parts): void {
  const { registration, people, sessions, secureCookies: secure } = parts
  const signIn = async (person: Person, request: FastifyRequest, reply: FastifyReply) => {
    const cookie = await sessions.start(person.id, bindingOf(request))
    const path = '/v1/directory'
    return reply
      .setCookie(cookieName, cookie, { path, secure, httpOnly: true, sameSite: 'strict' })
      .send(shown(person))
  }
  http.post('/v1/directory/people', async (request, reply) => {
    const wanted = parse(entry, request.body)
    const id = await registration.register(wanted)
    return reply.code(201).send({ id, email: wanted.email, verified: false })
  })
  http.post('/v1/directory/verify', async (request, reply) => {
    const { token } = parse(tokenOnly, request.body)
    return signIn(await registration.verify(token), request, reply)
  })
  http.post('/v1/directory/login', async (request, reply) => {
    const { email, password } = parse(login, request.body)
    return signIn(await registration.prove(email, password), request, reply)
  })
  http.get('/v1/directory/me', async request => {
    const cookie = request.cookies[cookieName] ?? ''
    const id = await sessions.open(cookie, bindingOf(request))
    const person = id === undefined ? undefined : await people.byId(id)
    if (person) return shown(person)
    throw new Problem({ status: 401, code: 'unauthenticated', title: 'Sign in first.' })
  })
}

function shown({ id, email, name, verifiedAt }: Person) {
  return { id, email, name, verified: verifiedAt !== null }
}
