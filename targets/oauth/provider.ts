import { Provider } from 'oidc-provider'
import type { OauthSettings } from './settings.ts'
import type { OauthStore } from './store.ts'

/** The authorization server: PKCE with S256 on every flow, refresh tokens that rotate. */
export function authorizationServer(
  issuer: string,
  settings: OauthSettings,
  store: OauthStore,
): Provider {
  const { users } = settings
  const provider = new Provider(issuer, {
    adapter: name => store.adapter(name),
    clients: settings.clients.map(({ clientId, clientSecret, redirectUris }) => ({
      client_id: clientId,
      ...(clientSecret !== undefined && { client_secret: clientSecret }),
      token_endpoint_auth_method: clientSecret ? 'client_secret_basic' : 'none',
      redirect_uris: [...redirectUris],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    })),
    claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
    scopes: ['openid', 'offline_access', 'email', 'profile'],
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    jwks: { keys: [store.signingKey()] },
    cookies: { keys: [store.cookieKey()] },
    ttl: {
      AccessToken: settings.accessTokenSeconds,
      AuthorizationCode: settings.authorizationCodeSeconds,
      RefreshToken: settings.refreshTokenSeconds,
      IdToken: settings.accessTokenSeconds,
      Interaction: 600,
      Session: settings.refreshTokenSeconds,
      Grant: settings.refreshTokenSeconds,
    },
    features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, sub) => {
      const user = users.find(known => known.sub === sub)
      return user && { accountId: sub, claims: () => ({ ...user }) }
    },
    // Everybody consents: what is tried here is the protocol, not the form.
    loadExistingGrant: async ctx => {
      const { session, client, params } = ctx.oidc
      if (!session?.accountId || !client) return undefined
      const grant = new ctx.oidc.provider.Grant({
        accountId: session.accountId,
        clientId: client.clientId,
      })
      grant.addOIDCScope(`${params?.scope ?? ''}`)
      await grant.save()
      return grant
    },
  })
  return provider
}
