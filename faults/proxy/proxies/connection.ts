import type { Socket } from 'node:net'
import type { ConnectionFacts, Ending } from '../contracts/connection.ts'
import type { ProtocolSession } from '../contracts/protocol.ts'
import { MessageFilter, type MessageFilterHost } from '../messages/message-filter.ts'
import type { ActiveToxic } from '../pipe/active-toxic.ts'
import { Pipe } from '../pipe/pipe.ts'
import type { End } from '../sockets/end.ts'
import { openEnd } from '../sockets/open-end.ts'
import type { Transport } from '../sockets/tls.ts'
import type { TimerQueue } from '../time/timer-queue.ts'

/** What a connection needs of the proxy it belongs to. */
export interface ConnectionHost extends MessageFilterHost {
  readonly timers: TimerQueue
  /** Toxics of the proxy in their order. */
  readonly toxics: { readonly all: readonly ActiveToxic[] }
  /** The upstream could not be reached. */
  refused(connection: Connection, error: NodeJS.ErrnoException): void
  closed(connection: Connection): void
}

/** After FIN both sides may take this long to say theirs before the rest is cut off. */
const LINGER_MS = 1_000
/** A side that has let go may be asked after so long whether it is still there at all. */
const PROBE_AFTER_MS = 60_000
const NOBODY: readonly End[] = []

/** One client's connection and the one to the upstream that belongs to it. */
export class Connection {
  readonly facts: ConnectionFacts
  /** Position among its proxy's connections, from 1: what chance is drawn by. */
  readonly ordinal: number
  readonly client: Socket
  readonly upstream: Socket
  readonly up: Pipe
  readonly down: Pipe
  readonly filter: MessageFilter | undefined
  isNew = true
  readonly #host: ConnectionHost
  #open = 2
  /** The upstream has answered. */
  #reached = false
  #closing = false
  #orphaned = false
  /** Its source has gone by RST, and the sink has not been told. */
  #lost: Pipe | undefined
  #abandonedBy: readonly End[] = NOBODY

  constructor(
    facts: ConnectionFacts,
    ordinal: number,
    client: Transport,
    upstream: Transport,
    host: ConnectionHost,
    session: ProtocolSession | undefined,
  ) {
    this.facts = facts
    this.ordinal = ordinal
    this.#host = host
    this.client = client.socket
    this.upstream = upstream.socket
    const clientEnd = openEnd(client)
    const upstreamEnd = openEnd(upstream)
    this.up = new Pipe('upstream', this, clientEnd, upstreamEnd)
    this.down = new Pipe('downstream', this, upstreamEnd, clientEnd)
    this.upstream.on(upstream.ready, () => {
      this.#reached = true
      clientEnd.start(this.up)
      upstreamEnd.start(this.down)
    })
    this.filter = session && new MessageFilter(this, session, host)
    this.client.on('error', error => this.#failed(this.up, error))
    this.upstream.on('error', error => this.#failed(this.down, error))
    this.client.on('close', () => this.#closed())
    this.upstream.on('close', () => this.#closed())
    this.applyToxics()
    this.isNew = false
  }

  get timers(): TimerQueue {
    return this.#host.timers
  }

  /** Takes over the proxy's toxics as they are now. */
  applyToxics(): void {
    if (this.#closing) return
    const mine = this.#host.toxics.all.filter(toxic => toxic.actsOn(this.facts, this.ordinal))
    this.filter?.use(mine)
    this.up.use(mine.filter(toxic => toxic.settings.stream === 'upstream'))
    this.down.use(mine.filter(toxic => toxic.settings.stream === 'downstream'))
    if (this.#lost && !this.#lost.swallows) this.#passReset(this.#lost)
  }

  updated(toxic: ActiveToxic): void {
    this.applyToxics()
    this.filter?.updated(toxic)
    this.up.updated(toxic)
    this.down.updated(toxic)
  }

  noteToxic(toxic: ActiveToxic): void {
    const { name, type } = toxic.settings
    this.#host.emit({ connection: this.facts.id, what: 'toxic', message: type, detail: name })
  }

  /** Ends both sides: RST at once; FIN after what was already passed on, reading no more. */
  close(how: Ending): void {
    if (this.#closing) return
    this.#stopPipes()
    for (const end of [this.up.source, this.down.source]) {
      const { socket } = end
      if (socket.connecting) socket.destroy()
      else if (how === 'rst') end.reset()
      else {
        end.ignore()
        socket.end()
        this.timers.in(LINGER_MS, () => socket.destroy())
      }
    }
  }

  /** Resets this side; the other one stays open, and what it says is read and forgotten. */
  orphan(gone: End, left: End): void {
    this.#orphaned = true
    gone.reset()
    left.ignore()
    left.socket.once('end', () => this.sourceEnded(left))
  }

  sourceEnded(source: End): void {
    this.#noteAbandoned(source)
  }

  /** Ends both sides at once: unread data makes the kernel send RST, else FIN. */
  destroy(): void {
    this.#stopPipes()
    this.client.destroy()
    this.upstream.destroy()
  }

  #stopPipes(): void {
    this.#closing = true
    this.filter?.destroy()
    this.up.destroy()
    this.down.destroy()
  }

  /** The source of this pipe was reset, or could not be reached. */
  #failed(from: Pipe, error: NodeJS.ErrnoException): void {
    if (!this.#reached) {
      this.#host.refused(this, error)
      this.destroy()
    }
    if (this.#closing) return
    this.#noteAbandoned(from.source, error)
    if (this.#orphaned) return
    if (from.swallows) this.#lost = from
    else this.#passReset(from)
  }

  #passReset({ sink }: Pipe): void {
    this.#stopPipes()
    if (sink.socket.connecting) sink.socket.destroy()
    else sink.reset()
  }

  /** One side lets go of a connection that a toxic has cut off. An end that answers ours is none. */
  #noteAbandoned(side: End, error?: NodeJS.ErrnoException): void {
    const isStruck = this.up.swallows || this.down.swallows || this.filter?.unfinished
    if (!isStruck || side.socket.writableEnded || this.#abandonedBy.includes(side)) return
    this.#abandonedBy = [...this.#abandonedBy, side]
    if (!error) side.socket.setKeepAlive(true, PROBE_AFTER_MS)
    this.#host.emit({
      connection: this.facts.id,
      what: 'abandoned',
      detail: side === this.up.source ? 'client' : 'upstream',
      ...(error && { error: error.code ?? error.message }),
    })
  }

  #closed(): void {
    this.#open--
    if (this.#open > 0) return
    this.#stopPipes()
    this.#host.closed(this)
  }
}
