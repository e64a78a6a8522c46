import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AuthConfig } from '../../../config.ts'
import { parse } from '../../../http/problems.ts'
import type { Identity } from '../../../identity/identity.ts'
import type { Http } from '../../../kit.ts'
import { answer, deviceOf } from '../routes.ts'
import type { OauthSignIn } from './service.ts'

const flowCookie = 'oauth'
const flowSeconds = 600
const callback = z.looseObject({ state: z.string().min(1).max(200) })

interface Parts {
  readonly auth: AuthConfig
  readonly identity: Identity
  readonly oauthSignIn: OauthSignIn
}

export function addOauthRoutes(http: Http, { auth, identity, oauthSignIn }: Parts): void {
  const path = '/v1/oauth'
  http.post('/v1/oauth/start', async (_request, reply) => {
    const { url, browser } = await oauthSignIn.begin()
    reply.setCookie(flowCookie, browser, {
      path,
      httpOnly: true,
      secure: auth.secureCookies,
      sameSite: 'lax', // it must come along when the provider sends the browser back
      maxAge: flowSeconds,
    })
    return { authorizationUrl: url }
  })
  http.get('/v1/oauth/callback', async (request, reply) => {
    const { state } = parse(callback, request.query)
    const came = { state, query: queryOf(request) }
    const browser = request.cookies[flowCookie] ?? ''
    const signedIn = await oauthSignIn.finish(came, browser, deviceOf(request, 'oauth'))
    reply.clearCookie(flowCookie, { path })
    return answer(signedIn, reply, auth)
  })
  http.get('/v1/oauth/profile', async request => {
    const { userId } = await identity.caller(request)
    return oauthSignIn.profile(userId)
  })
}

function queryOf(request: FastifyRequest): string {
  return request.url.slice(request.url.indexOf('?') + 1)
}
