import { Problem } from '../../problem.ts'
import type { Peer } from '../../sockets/peer.ts'
import type { Session } from '../../sockets/protocol.ts'
import type { ClientFrame, ServerFrame } from './frames.ts'
import type { Runs } from './repository.ts'

const maxFollowed = 50

/** One client of the agents: asks for runs, and hears what they say, each event once, in order. */
export class Connection implements Session<ClientFrame> {
  readonly #runs: Runs
  readonly #peer: Peer
  readonly #onClosed: (connection: Connection) => void
  /** Whose runs are followed. */
  #userId: string | undefined
  /** Run → the last number sent. */
  readonly #followed = new Map<string, number>()

  constructor(peer: Peer, runs: Runs, onClosed: (connection: Connection) => void) {
    this.#runs = runs
    this.#peer = peer
    this.#onClosed = onClosed
  }

  /** Sends what the runs said since the last time. */
  async hear(): Promise<void> {
    this.#forgetOthers()
    if (this.#followed.size === 0) return
    for (const { type: event, ...said } of await this.#runs.heard(this.#followed)) {
      // Followed anew or no longer while this was read: another look sends it.
      if (said.seq !== (this.#followed.get(said.runId) ?? Number.NaN) + 1) continue
      this.#followed.set(said.runId, said.seq)
      this.#peer.send<ServerFrame>({ type: 'event', event, ...said })
      const isOver = event === 'agent_completed' || event === 'agent_failed'
      if (isOver) this.#followed.delete(said.runId)
    }
  }

  async handle(frame: ClientFrame): Promise<void> {
    const { userId } = this.#peer.whoever()
    this.#forgetOthers()
    const { id } = frame
    if (this.#followed.size >= maxFollowed) {
      throw new Problem({ status: 429, code: 'too-many-runs', title: 'Too many runs at once.' })
    }
    const isTheirs =
      frame.type === 'run'
        ? await this.#runs.ask({ id, userId, trace: id, task: frame.task })
        : await this.#runs.isOwnedBy(id, userId)
    if (!isTheirs) throw new Problem({ status: 404, code: 'not-found', title: 'No such run.' })
    this.#followed.set(id, frame.type === 'follow' ? frame.after : 0)
  }

  closed(): void {
    this.#onClosed(this)
  }

  /** Runs of whoever was signed in here before. */
  #forgetOthers(): void {
    const userId = this.#peer.caller?.userId
    if (userId !== this.#userId) this.#followed.clear()
    this.#userId = userId
  }
}
