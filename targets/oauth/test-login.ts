import type { Provider } from 'oidc-provider'
import type { OauthSettings } from './settings.ts'

/**
 * Logs in without a form: whoever follows the redirects (and keeps the cookies) is the user that
 * `login_hint` names by subject or e-mail, else the first one. An unknown hint is access denied.
 */
export function addTestLogin(provider: Provider, users: OauthSettings['users']): void {
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next()
    const { params } = await provider.interactionDetails(ctx.req, ctx.res)
    const hint = params.login_hint
    const user =
      hint === undefined ? users[0] : users.find(({ sub, email }) => sub === hint || email === hint)
    ctx.respond = false
    await provider.interactionFinished(
      ctx.req,
      ctx.res,
      user
        ? { login: { accountId: user.sub } }
        : { error: 'access_denied', error_description: 'There is no such user.' },
    )
  })
}
