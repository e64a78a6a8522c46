import type { Peer } from '../../sockets/peer.ts'
import type { Session } from '../../sockets/protocol.ts'
import type { ClientFrame, ServerFrame } from './frames.ts'
import type { Notices } from './notices.ts'
import type { Messages } from './service.ts'

export interface ConnectionParts {
  readonly messages: Messages
  readonly notices: Notices
  readonly onClosed: (connection: Connection) => void
}

/** One client that posts messages and hears of what became of them. */
export class Connection implements Session<ClientFrame> {
  readonly #peer: Peer
  readonly #parts: ConnectionParts
  /** Whose notices, and after which. */
  #listening: { readonly userId: string; cursor: string } | undefined

  constructor(peer: Peer, parts: ConnectionParts) {
    this.#peer = peer
    this.#parts = parts
  }

  async handle(frame: ClientFrame): Promise<void> {
    const caller = this.#peer.whoever()
    if (frame.type === 'listen') {
      this.#listening = { userId: caller.userId, cursor: frame.after }
      this.#peer.send<ServerFrame>({ type: 'listening' })
      return
    }
    const { id, message } = frame
    const accepted = await this.#parts.messages.accept(caller, { id, ...message })
    this.#peer.send<ServerFrame>({ type: 'accepted', ...accepted })
  }

  /** Sends the notices that came since the last time. */
  async hear(): Promise<void> {
    const listening = this.#listening
    if (!listening) return
    for (const notice of await this.#parts.notices.after(listening.userId, listening.cursor)) {
      // Somebody else signed in here, or began anew, while this was read.
      if (this.#listening !== listening || this.#peer.caller?.userId !== listening.userId) return
      listening.cursor = notice.cursor
      this.#peer.send<ServerFrame>({ type: 'notice', ...notice })
    }
  }

  closed(): void {
    this.#parts.onClosed(this)
  }
}
