import type { Link } from '../lab/model/capability.ts'
import { type FaultsOf, faultsOf } from './faults-of.ts'
import type { Scope } from './scope.ts'

type Network = typeof import('./faults/network.ts')
interface Messages {
  readonly postgres: typeof import('./faults/postgres.ts')
  readonly redis: typeof import('./faults/redis.ts')
  readonly http: typeof import('./faults/http.ts')
  readonly websocket: typeof import('./faults/websocket.ts')
  readonly tcp: object
}

export type Protocol = Link['protocol']

/** A way to a server through the proxy, with every fault that fits what it speaks, one method each. */
export type LinkInTest<Speaks extends Protocol> = FaultsOf<Network> &
  FaultsOf<Messages[Speaks]> & {
    readonly name: string
    /** Where the code under test connects, instead of to the server. */
    readonly host: string
    readonly port: number
  }

/** Hands a link its faults. Loads them: so they are not before a test wants a link. */
export async function linkInTest<Speaks extends Protocol>(
  scope: Scope,
  link: Link & { readonly protocol: Speaks },
): Promise<LinkInTest<Speaks>> {
  const { provider: name, protocol, listenHost: host, listenPort: port } = link
  const part = { name, links: [link] }
  const put = scope.putInForce.bind(scope)
  const network = faultsOf(await import('./faults/network.ts'), 'other', part, put)
  const messages = faultsOf(await makersOf(protocol), 'messages', part, put)
  return { ...network, ...messages, name, host, port }
}

async function makersOf<Speaks extends Protocol>(protocol: Speaks): Promise<Messages[Speaks]> {
  const load: { readonly [Each in Protocol]: () => Promise<Messages[Each]> } = {
    postgres: () => import('./faults/postgres.ts'),
    redis: () => import('./faults/redis.ts'),
    http: () => import('./faults/http.ts'),
    websocket: () => import('./faults/websocket.ts'),
    tcp: async () => ({}),
  }
  return load[protocol]()
}
