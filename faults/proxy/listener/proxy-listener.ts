import type { Server, Socket } from 'node:net'
import type { Address } from '../base/address.ts'
import type { Claim, ListenerPort } from '../contracts/listener-port.ts'
import { type FullBacklogListener, fullBacklogListener } from './full-backlog-listener.ts'
import { listen } from './listen.ts'

type Wish = 'refuse' | 'ignore'

type State =
  | { readonly kind: 'shut' }
  | { readonly kind: 'open'; readonly server: Server }
  | { readonly kind: 'unaccepting'; readonly listener: FullBacklogListener }

/**
 * A proxy's listener: open, shut (connects are refused) or unaccepting (connects get no answer).
 * Toxics lay claims; of several, `ignore` beats `refuse`. Changes must not overlap (the proxy's mutex
 * sees to that).
 */
export class ProxyListener implements ListenerPort {
  readonly #accept: (socket: Socket) => void
  readonly #claims = new Map<symbol, Wish>()
  /** SYN packets that earlier unaccepting listeners left unanswered. */
  #unanswered = 0
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

  async refuse(): Promise<Claim> {
    return { release: await this.#claim('refuse') }
  }

  async ignore(): Promise<Claim> {
    const before = this.#unanswered
    const release = await this.#claim('ignore')
    const unanswered = async () => {
      const state = this.#state
      const now = state.kind === 'unaccepting' ? await state.listener.unanswered() : 0
      return now === undefined ? undefined : this.#unanswered - before + now
    }
    return { release, unanswered }
  }

  async #claim(wish: Wish): Promise<() => Promise<void>> {
    const key = Symbol(wish)
    this.#claims.set(key, wish)
    const release = async () => {
      this.#claims.delete(key)
      await this.#settle()
    }
    try {
      await this.#settle()
    } catch (error) {
      await release()
      throw error
    }
    return release
  }

  async #settle(): Promise<void> {
    const wanted = this.#wanted()
    if (wanted === this.#state.kind) return
    const before = this.#state
    this.#state = { kind: 'shut' }
    if (before.kind === 'open') before.server.close()
    if (before.kind === 'unaccepting') {
      this.#unanswered += (await before.listener.unanswered()) ?? 0
      await before.listener[Symbol.asyncDispose]()
    }
    const address = this.#address
    if (!address || wanted === 'shut') return
    if (wanted === 'unaccepting')
      this.#state = { kind: 'unaccepting', listener: await fullBacklogListener(address) }
    else this.#state = { kind: 'open', server: await this.#listenAgain(address) }
  }

  /** Another process may have taken the address meanwhile: then the way in is shut, and says so. */
  async #listenAgain(address: Address): Promise<Server> {
    try {
      return (await listen(address, this.#accept)).server
    } catch (error) {
      this.#address = undefined
      throw error
    }
  }

  #wanted(): State['kind'] {
    const claims = new Set(this.#claims.values())
    if (!this.#address) return 'shut'
    if (claims.has('ignore')) return 'unaccepting'
    return claims.has('refuse') ? 'shut' : 'open'
  }
}
