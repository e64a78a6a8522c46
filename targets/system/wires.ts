import type { Link } from '../../lab/model/capability.ts'
import { type Address, listenAddress, type Proxies } from '../proxy.ts'

/** A path that a link is made for: who reaches whom, and where that listens itself. */
export interface Path extends Pick<Link, 'consumer' | 'provider' | 'protocol'> {
  readonly upstream: Address
  /** Faults on the provider as a part leave this link alone; default false. */
  readonly apart?: boolean
}

/** How links call the clients that the lab itself plays. */
export const labClient = 'client'

/** The links of a system as they are made: one for each consumer and provider. */
export class Wires {
  readonly #proxies: Proxies
  readonly #to = new Map<string, Link[]>()
  readonly #made = new Map<string, Promise<Link>>()

  constructor(proxies: Proxies) {
    this.#proxies = proxies
  }

  /** By which this provider is reached: the list grows as more are made. */
  to(provider: string): readonly Link[] {
    return this.#listOf(provider)
  }

  /** Where `consumer` shall look for `provider`: a link of its own, the same when asked again. */
  async address({ apart = false, ...path }: Path): Promise<Address> {
    const name = `${path.consumer}>${path.provider}`
    const known = this.#made.get(name)
    if (known) return listenAddress(await known)
    // What runs already is reached by the links that it has.
    if (this.#proxies.has?.(path) === false) return path.upstream
    const making = this.#proxies.link(path)
    this.#made.set(name, making)
    const link = await making
    const list = this.#listOf(path.provider)
    // One of several consumers alike is in it once.
    if (!apart && !list.includes(link)) list.push(link)
    return listenAddress(link)
  }

  #listOf(provider: string): Link[] {
    const known = this.#to.get(provider)
    if (known) return known
    const list: Link[] = []
    this.#to.set(provider, list)
    return list
  }
}
