import type { Kit } from '../../../kit.ts'
import type { SignIn } from '../sign-in.ts'
import { createFlows } from './flows.ts'
import { createProvider } from './provider.ts'
import { addOauthRoutes } from './routes.ts'
import { createSealer } from './sealed.ts'
import { createOauthSignIn } from './service.ts'

/** Nothing where no provider is configured. */
export function startOauth(kit: Kit, http: Parameters<typeof addOauthRoutes>[0], signIn: SignIn) {
  const { config, db, transact, defences, identity, redis } = kit
  const { auth, oauth, publicUrl } = config
  if (!oauth) return
  const { timeoutMs, flowSeconds } = defences.settings('oauth-limits')
  const { tokens } = auth
  const oauthSignIn = createOauthSignIn({
    db,
    transact,
    signIn,
    issuer: oauth.issuer,
    flows: createFlows(redis, flowSeconds),
    sealer: createSealer(tokens.algorithm === 'HS256' ? tokens.secret : tokens.privateKeyPem),
    provider: createProvider({
      ...oauth,
      redirectUri: `${publicUrl}/v1/oauth/callback`,
      timeoutMs: defences.on('oauth-limits') ? timeoutMs : undefined,
      guard: kit.guard('oauth'),
    }),
  })
  addOauthRoutes(http, { auth, identity, oauthSignIn })
}
