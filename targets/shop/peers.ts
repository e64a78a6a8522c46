import { type Marketplace, startMarketplace } from '../marketplace.ts'
import { type OauthPeer, startOauth } from '../oauth.ts'
import { type Payments, startPayments } from '../payments.ts'
import { type Proxies, urlByLink } from '../proxy.ts'
import { reservePort } from '../runtime/reserve-port.ts'
import type { ServerContext } from '../runtime/server-part.ts'
import { type MailPeer, startSmtp } from '../smtp.ts'

/** The servers of others that the service depends on. */
export interface Peers {
  readonly smtp: MailPeer
  readonly payments: Payments
  readonly marketplace: Marketplace
  readonly oauth: OauthPeer & { readonly issuer: string }
}
export type PeerName = keyof Peers

/** What the marketplace sells. */
const products = [
  { sku: 'lamp', title: 'Lamp', priceCents: 4_900, stock: 1_000 },
  { sku: 'sofa', title: 'Sofa', priceCents: 129_900, stock: 2 },
]

const shopClient = { clientId: 'shop', redirectUris: ['http://localhost/v1/oauth/callback'] }

/** Starts those that are named, and no other. */
export async function startPeers(
  context: ServerContext,
  proxies: Proxies,
  names: readonly PeerName[],
): Promise<Partial<Peers>> {
  const wanted = new Set(names)
  const [smtp, payments, marketplace, oauth] = await Promise.all([
    wanted.has('smtp') ? startSmtp(context) : undefined,
    wanted.has('payments') ? startPayments(context) : undefined,
    wanted.has('marketplace') ? startMarketplace(context, { products }) : undefined,
    wanted.has('oauth') ? startOauthBehind(proxies, context) : undefined,
  ])
  return {
    ...(smtp && { smtp }),
    ...(payments && { payments }),
    ...(marketplace && { marketplace }),
    ...(oauth && { oauth }),
  }
}

export function haveStarted<Name extends PeerName>(
  peers: Partial<Peers>,
  names: readonly Name[],
): peers is Partial<Peers> & Pick<Peers, Name> {
  return names.every(name => peers[name] !== undefined)
}

/** The sections of the service's configuration, where the peers are themselves. */
export function sectionsOf({ smtp, payments, marketplace, oauth }: Partial<Peers>): object {
  return {
    ...(smtp && { smtp: { host: smtp.host, port: smtp.port } }),
    ...(payments && { payments: { url: payments.url, apiKey: payments.apiKey } }),
    ...(marketplace && { marketplace: { url: marketplace.url, apiKey: marketplace.apiKey } }),
    ...(oauth && { oauth: { issuer: oauth.issuer, clientId: shopClient.clientId } }),
  }
}

/** One link for all: a provider has one name, on which browsers and instances must agree. */
async function startOauthBehind(proxies: Proxies, context: ServerContext) {
  const at = await reservePort()
  const path = { consumer: 'everybody', provider: 'oauth', protocol: 'http' } as const
  const issuer = await urlByLink(proxies, path, `http://127.0.0.1:${at.port}`)
  const settings = { at, issuer, clients: [shopClient], accessTokenSeconds: 3 }
  return Object.assign(await startOauth(context, settings), { issuer })
}
