import type { Server, Socket } from 'node:net'
import type { Address } from './address.ts'
import { deafListener } from './deaf-listener.ts'
import { listen } from './listener.ts'
import type { ListenerPort } from './toxic.ts'

type Claim = 'refuse' | 'ignore'

type State =
  | { readonly kind: 'shut' }
  | { readonly kind: 'open'; readonly server: Server }
  | { readonly kind: 'deaf'; readonly listener: AsyncDisposable }

/**
 * A link's way in: open, shut, refusing or deaf. Toxics lay claims; with several, being deaf beats
 * refusing. Changes must not overlap (the link's mutex sees to that).
 */
export class Doorway implements ListenerPort {
  readonly #accept: (socket: Socket) => void
  readonly #claims = new Map<symbol, Claim>()
  #state: State = { kind: 'shut' }
  #address: Address | undefined

  constructor(accept: (socket: Socket) => void) {
    this.#accept = accept
  }

  get enabled(): boolean {
    return this.#address !== undefined
  }

  /** Listens, unless a claim forbids it; returns the address with its real port. */
  async open(address: Address): Promise<Address> {
    // Also with a claim one listens first: it says whether the address can be had, and its port.
    const { server, address: bound } = await listen(address, this.#accept)
    this.#state = { kind: 'open', server }
    this.#address = bound
    await this.#settle()
    return bound
  }

  async shut(): Promise<void> {
    this.#address = undefined
    await this.#settle()
  }

  refuse(): Promise<() => Promise<void>> {
    return this.#claim('refuse')
  }

  ignore(): Promise<() => Promise<void>> {
    return this.#claim('ignore')
  }

  async #claim(claim: Claim): Promise<() => Promise<void>> {
    const key = Symbol(claim)
    this.#claims.set(key, claim)
    await this.#settle()
    return async () => {
      this.#claims.delete(key)
      await this.#settle()
    }
  }

  async #settle(): Promise<void> {
    const wanted = this.#wanted()
    if (wanted === this.#state.kind) return
    const before = this.#state
    this.#state = { kind: 'shut' }
    if (before.kind === 'open') before.server.close()
    if (before.kind === 'deaf') await before.listener[Symbol.asyncDispose]()
    const address = this.#address
    if (!address || wanted === 'shut') return
    if (wanted === 'deaf') this.#state = { kind: 'deaf', listener: await deafListener(address) }
    else this.#state = { kind: 'open', server: (await listen(address, this.#accept)).server }
  }

  #wanted(): State['kind'] {
    const claims = new Set(this.#claims.values())
    if (!this.#address) return 'shut'
    if (claims.has('ignore')) return 'deaf'
    return claims.has('refuse') ? 'shut' : 'open'
  }
}
