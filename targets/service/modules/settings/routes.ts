import { parse } from '../../http/problems.ts'
import type { Identity } from '../../identity/identity.ts'
import type { Http } from '../../kit.ts'
import { unavailable } from '../../problem.ts'
import type { LiveSettings } from './service.ts'
import { settingsChange } from './settings.ts'

/** For administrators: what is in force on the instance that answers, and a change for all. */
export function addSettingsRoutes(http: Http, identity: Identity, live: LiveSettings): void {
  http.get('/v1/settings', async request => {
    await identity.caller(request, 'settings:write')
    return live.current
  })
  http.put('/v1/settings', async request => {
    const { userId } = await identity.caller(request, 'settings:write')
    return live.change(parse(settingsChange, request.body), userId)
  })
}

/** Who may sign in may end it; GraphQL only reads. */
const always = /^\/(v1\/(settings|login|token)|graphql|health\/)/

/** Refuses what would change something while the settings say so. */
export function refuseWhileReadOnly(http: Http, live: LiveSettings): void {
  http.addHook('onRequest', async request => {
    if (!live.current.settings.readOnly || always.test(request.url)) return
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return
    throw unavailable('read-only', 'Nothing can be changed right now.', {
      outcome: 'not-done',
      retryAfterSeconds: 30,
    })
  })
}
