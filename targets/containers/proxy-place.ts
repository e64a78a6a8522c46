import { LabError } from '../../lab/base/errors.ts'
import { type ReservedPort, reservePort } from '../runtime/reserve-port.ts'
import type { Address, Containers } from './containers.ts'

/** Where a proxy stands: what its links listen on, and how it reaches what is behind them. */
export interface ProxyPlace {
  /** Any free port of where it is. */
  readonly anyPort: string
  /** How the proxy reaches what this machine reaches by the address. */
  upstream(address: Address): Address
  /** How it reaches a listener of the real Toxiproxy. */
  behind(address: Address): Address
  /** Makes a link by `create(listen)`; resolves to where this consumer reaches it. */
  listen(consumer: string, create: (listen: string) => Promise<Address>): Promise<Address>
}

/** On this machine, as everything else. */
export const placeHere: ProxyPlace = {
  anyPort: '127.0.0.1:0',
  upstream: address => address,
  behind: address => address,
  listen: (_consumer, create) => create('127.0.0.1:0'),
}

/** Links for who is not in a container, each on a port that must be published before the proxy starts. */
const publishedLinks = 16

export interface ContainedPlace extends ProxyPlace {
  readonly published: readonly ReservedPort[]
}

/**
 * In a container: others there reach its links by its name, and `outside` consumers by ports of loopback.
 * @throws {LabError} `too-many-links` when more of those are asked for than are published.
 */
export async function placeWithin(
  containers: Containers,
  name: string,
  outside: readonly string[],
): Promise<ContainedPlace> {
  const published = await Promise.all(Array.from({ length: publishedLinks }, reservePort))
  const free = published.map(({ port }) => port)
  return {
    published,
    anyPort: '0.0.0.0:0',
    upstream: address => containers.within(address),
    behind: ({ port }) => ({ host: 'toxiproxy', port }),
    listen: async (consumer, create) => {
      if (!outside.includes(consumer)) {
        const { port } = await create('0.0.0.0:0')
        return { host: name, port }
      }
      const port = free.shift()
      if (port === undefined) throw tooMany(consumer)
      await create(`0.0.0.0:${port}`)
      return { host: '127.0.0.1', port }
    },
  }
}

function tooMany(consumer: string): LabError {
  return new LabError({
    code: 'too-many-links',
    expected: `at most ${publishedLinks} links for who is not in a container`,
    found: `one more, for ${consumer}`,
    why: 'their ports are published when the container of the proxy is made',
    next: 'start fewer instances, or clients behind one balancer',
  })
}
