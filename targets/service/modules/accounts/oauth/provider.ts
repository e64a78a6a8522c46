import * as oauth from 'openid-client'
import { z } from 'zod'
import { currentContext } from '../../../context.ts'
import { Problem, unavailable } from '../../../problem.ts'
import type { Guard } from '../../../resilience/guard.ts'
import type { Grant } from './grants.ts'

export interface ProviderOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret?: string | undefined
  readonly redirectUri: string
  /** Undefined: as long as it takes. */
  readonly timeoutMs: number | undefined
  readonly guard: Guard
}

const person = z.object({ sub: z.string(), email: z.email(), name: z.string().optional() })
/** Who somebody is, in the provider's words. */
export type Person = z.infer<typeof person>

/** The authorization server, behind breaker and time-outs. */
export interface Provider {
  /** The address to send the browser to. */
  begin(flow: Expected): Promise<string>
  /** @throws {Problem} 400 `oauth-refused`, or 503 while the provider is away or slow. */
  finish(query: string, flow: Expected): Promise<Grant>
  refresh(grant: Grant): Promise<Grant>
  person(grant: Grant): Promise<Person>
}

interface Expected {
  readonly state: string
  readonly verifier: string
  readonly nonce: string
}

/** The secrets of a new sign-in. */
export function newFlow(): Omit<Expected, 'state'> {
  return { verifier: oauth.randomPKCECodeVerifier(), nonce: oauth.randomNonce() }
}

const scope = 'openid email profile offline_access'

export function createProvider(options: ProviderOptions): Provider {
  const { redirectUri, guard } = options
  const configuration = discoverOnce(options)
  const call = <T>(work: (config: oauth.Configuration) => Promise<T>, again: boolean) =>
    guard
      .run(
        // Also where nobody could be asked yet what the provider can do.
        () => configuration().then(work).catch(rethrow),
        error => again && isAway(error),
      )
      .catch(explain)
  return {
    begin: async ({ state, verifier, nonce }) => {
      const challenge = await oauth.calculatePKCECodeChallenge(verifier)
      const url = await call(
        async config =>
          oauth.buildAuthorizationUrl(config, {
            redirect_uri: redirectUri,
            scope,
            state,
            nonce,
            code_challenge: challenge,
            code_challenge_method: 'S256',
          }),
        true,
      )
      return url.href
    },
    finish: async (query, { state, verifier, nonce }) => {
      const current = new URL(redirectUri)
      current.search = query
      const checks = {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      }
      currentContext().deadline.beginEffect()
      // A code works once: whether it was used is not known after a lost answer, so never again.
      const tokens = await call(
        config => oauth.authorizationCodeGrant(config, current, checks),
        false,
      )
      return grantOf(tokens, tokens.claims()?.sub ?? '')
    },
    refresh: async grant => {
      const { refreshToken } = grant
      if (refreshToken === undefined) throw signInAgain()
      currentContext().deadline.beginEffect()
      const tokens = await call(config => oauth.refreshTokenGrant(config, refreshToken), false)
      return {
        ...grantOf(tokens, grant.subject),
        refreshToken: tokens.refresh_token ?? refreshToken,
      }
    },
    person: async ({ accessToken, subject }) =>
      person.parse(await call(config => oauth.fetchUserInfo(config, accessToken, subject), true)),
  }
}

/** Asked when first needed, so that the service starts without the provider. */
function discoverOnce(options: ProviderOptions): () => Promise<oauth.Configuration> {
  const { issuer, clientId, clientSecret, timeoutMs } = options
  const server = new URL(issuer)
  let known: oauth.Configuration | undefined
  return async () => {
    known ??= await oauth.discovery(
      server,
      clientId,
      undefined,
      clientSecret ? oauth.ClientSecretBasic(clientSecret) : oauth.None(),
      {
        execute: server.protocol === 'http:' ? [oauth.allowInsecureRequests] : [],
        [oauth.customFetch]: (url, init) =>
          fetch(url, { ...init, body: init.body ?? null, ...limited(timeoutMs) }),
      },
    )
    known.timeout = 0 // ours is in milliseconds, and respects the request's deadline
    return known
  }
}

function limited(timeoutMs: number | undefined): { signal?: AbortSignal } {
  const { signal } = currentContext().deadline
  const signals = [
    ...(signal ? [signal] : []),
    ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]),
  ]
  return signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }
}

function grantOf(tokens: oauth.TokenEndpointResponse, subject: string): Grant {
  const seconds = tokens.expires_in ?? 60
  return {
    subject,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    expiresAt: new Date(Date.now() + seconds * 1_000),
  }
}

class ProviderAway extends Error {
  override readonly name = 'ProviderAway'
}

const isAway = (error: unknown) => error instanceof ProviderAway

/** Answers of the provider are no failures of it; everything else is, but for our own deadline. */
function rethrow(error: unknown): never {
  if (error instanceof Problem) throw error
  const status = error instanceof oauth.ResponseBodyError ? error.status : undefined
  if (status !== undefined && status < 500) throw refused(error)
  if (error instanceof oauth.AuthorizationResponseError) throw refused(error)
  if (error instanceof oauth.WWWAuthenticateChallengeError) throw signInAgain(error)
  if (isRefusedCheck(error)) throw refused(error)
  throw new ProviderAway('The provider gave no usable answer.', { cause: error })
}

/** What the library found wrong in what came back: a forged state, nonce, issuer or signature. */
function isRefusedCheck(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? `${error.code}` : ''
  return /^OAUTH_(INVALID_RESPONSE|JWT_|JSON_ATTRIBUTE|KEY_SELECTION)/.test(code)
}

function explain(error: unknown): never {
  if (!(error instanceof ProviderAway)) throw error
  const title = 'The sign-in provider does not answer. Please start again.'
  throw unavailable('oauth-unavailable', title, { cause: error })
}

function refused(cause: unknown): Problem {
  const title = 'The sign-in was refused. Please start again.'
  return new Problem({ status: 400, code: 'oauth-refused', title, cause })
}

function signInAgain(cause?: unknown): Problem {
  const title = 'The provider wants you to sign in again.'
  return new Problem({ status: 401, code: 'oauth-sign-in-again', title, cause })
}
