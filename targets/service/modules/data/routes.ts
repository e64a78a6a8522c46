import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { parse } from '../../http/problems.ts'
import { bindingOf } from '../../identity/identity.ts'
import type { Http } from '../../kit.ts'
import { Problem } from '../../problem.ts'
import { newNote, type Profile, profileChange } from './profile.ts'
import { type Profiles, shown } from './profiles.ts'
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
  readonly profiles: Profiles
  readonly sessions: DirectorySessions
  readonly secureCookies: boolean
}

export function addDirectoryRoutes(http: Http, parts: Parts): void {
  const { registration, profiles, sessions, secureCookies: secure } = parts
  const signIn = async (person: Person, request: FastifyRequest, reply: FastifyReply) => {
    const { cookie, csrf } = await sessions.start(person.id, bindingOf(request))
    const path = '/v1/directory'
    return reply
      .header('x-csrf-token', csrf)
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
  const me = async (request: FastifyRequest): Promise<Profile> => {
    const cookie = request.cookies[cookieName] ?? ''
    const session = await sessions.open(cookie, bindingOf(request))
    if (session && request.method !== 'GET' && request.headers['x-csrf-token'] !== session.csrf) {
      throw new Problem({ status: 403, code: 'csrf', title: 'The x-csrf-token is wrong.' })
    }
    const profile = session && (await profiles.of(session.personId))
    if (profile) return profile
    throw new Problem({ status: 401, code: 'unauthenticated', title: 'Sign in first.' })
  }
  http.get('/v1/directory/me', me)
  http.patch('/v1/directory/me', async request => {
    const { id } = await me(request)
    await profiles.rename(id, parse(profileChange, request.body).name)
    return me(request)
  })
  http.get('/v1/directory/notes', async request => {
    const { id } = await me(request)
    return { notes: await profiles.notesOf(id) }
  })
  http.post('/v1/directory/notes', async (request, reply) => {
    const { id } = await me(request)
    const note = await profiles.addNote(id, parse(newNote, request.body))
    return reply.code(201).send({ id: note })
  })
}
