import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { followRedirects } from './oauth/follow-redirects.ts'
import { type OauthOptions, type OauthPeer, startOauth } from './oauth.ts'
import { runParts } from './testing/run-parts.ts'

const newRun = runParts()

const redirectUri = 'http://127.0.0.1:9/callback'
const options: OauthOptions = { clients: [{ clientId: 'shop', redirectUris: [redirectUri] }] }

function discover(server: OauthPeer): Promise<client.Configuration> {
  return client.discovery(new URL(server.url), 'shop', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
    timeout: 2,
  })
}

interface SignIn {
  readonly hint?: string
  readonly verifier?: string
  readonly parameters?: Record<string, string>
}

/** The whole flow as a client and a browser do it together. */
async function signIn(config: client.Configuration, { hint = 'ada', verifier }: SignIn = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const callback = await followRedirects(
    client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid email offline_access',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      login_hint: hint,
    }),
    redirectUri,
  )
  const exchange = () =>
    client.authorizationCodeGrant(config, callback, {
      pkceCodeVerifier: verifier ?? pkceCodeVerifier,
      expectedState,
    })
  return { callback, exchange }
}

test('signs a user in with PKCE, tells who it is, and refreshes once with each token', async () => {
  await using run = await newRun()
  await using server = await startOauth(run, options)
  const config = await discover(server)
  const tokens = await (await signIn(config, { hint: 'bob@example.test' })).exchange()
  expect(tokens.claims()?.sub).toBe('bob')
  expect(await client.fetchUserInfo(config, tokens.access_token, 'bob')).toMatchObject({
    email: 'bob@example.test',
  })
  const refreshToken = tokens.refresh_token ?? ''
  const fresh = await client.refreshTokenGrant(config, refreshToken)
  expect(fresh.refresh_token).not.toBe(refreshToken)
  await expect(client.refreshTokenGrant(config, refreshToken)).rejects.toThrow()
  // Its reuse has revoked the whole family.
  await expect(client.refreshTokenGrant(config, fresh.refresh_token ?? '')).rejects.toThrow()
})

test('refuses a flow without PKCE, a wrong verifier, a used code and an unknown user', async () => {
  await using run = await newRun()
  await using server = await startOauth(run, options)
  const config = await discover(server)
  const bare = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid' })
  const refused = await followRedirects(bare, redirectUri)
  expect(refused.searchParams.get('error')).toBe('invalid_request')

  const wrong = await signIn(config, { verifier: client.randomPKCECodeVerifier() })
  await expect(wrong.exchange()).rejects.toMatchObject({ error: 'invalid_grant' })

  const right = await signIn(config)
  await right.exchange()
  await expect(right.exchange()).rejects.toMatchObject({ error: 'invalid_grant' })

  const stranger = await signIn(config, { hint: 'nobody' })
  expect(stranger.callback.searchParams.get('error')).toBe('access_denied')
})

test('lets codes expire when they are told to', async () => {
  await using run = await newRun()
  await using server = await startOauth(run, { ...options, authorizationCodeSeconds: 1 })
  const config = await discover(server)
  const flow = await signIn(config)
  await run.clock.sleep(2_100)
  await expect(flow.exchange()).rejects.toMatchObject({ error: 'invalid_grant' })
})

test('is away, slow, failing or cut off as it is told to, and well again when healed', async () => {
  await using run = await newRun()
  await using server = await startOauth(run, options)
  const config = await discover(server)
  config.timeout = 1
  const flow = await signIn(config)
  const faults = [
    { kind: 'away' },
    { kind: 'slow', delayMs: 2_000, on: 'POST /token' },
    { kind: 'status', status: 503, on: 'POST /token' },
    { kind: 'reset', on: 'POST /token' },
  ] as const
  for (const fault of faults) {
    const id = await server.admin.post(fault)
    await expect(flow.exchange(), fault.kind).rejects.toThrow()
    expect(await server.admin.landed(id), fault.kind).toBe(1)
    await server.admin.heal(id)
  }
  // A slow answer was still carried out, so that code is used.
  await expect((await signIn(config)).exchange()).resolves.toHaveProperty('access_token')
})

test('remembers its tokens and keys through a SIGKILL', async () => {
  await using run = await newRun()
  await using server = await startOauth(run, options)
  const config = await discover(server)
  const tokens = await (await signIn(config)).exchange()
  await server.kill()
  const refresh = () => client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  await expect(refresh()).rejects.toThrow('fetch failed')
  await server.restart()
  expect((await refresh()).claims()?.sub).toBe('ada')
})
