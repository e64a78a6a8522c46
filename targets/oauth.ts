import type { OauthFaultRequest } from './oauth/fault.ts'
import type { OauthSettings } from './oauth/settings.ts'
import { type Peer, startPeer } from './peers/start-peer.ts'
import type { ReservedPort } from './runtime/reserve-port.ts'
import type { ServerContext } from './runtime/server-part.ts'

export type OauthPeer = Peer<OauthFaultRequest>

export type OauthOptions = Pick<OauthSettings, 'clients'> &
  Partial<
    Pick<
      OauthSettings,
      'users' | 'issuer' | 'accessTokenSeconds' | 'authorizationCodeSeconds' | 'refreshTokenSeconds'
    >
  > & {
    readonly name?: string
    /** Where it listens, for those who must know it before it starts; default any free port. */
    readonly at?: ReservedPort
  }

const users = [
  { sub: 'ada', email: 'ada@example.test', name: 'Ada' },
  { sub: 'bob', email: 'bob@example.test', name: 'Bob' },
]

/**
 * Starts a real authorization server. Its users, if none are given, are `ada` and `bob`; the one
 * that `login_hint` names is logged in by following redirects (`followRedirects`).
 */
export async function startOauth(
  context: ServerContext,
  { name = 'oauth', at, ...settings }: OauthOptions,
): Promise<OauthPeer> {
  return startPeer(context, {
    name,
    program: 'oauth',
    settings: { users, ...settings },
    ...(at && { at }),
  })
}
