import type { Logger } from 'pino'
import type { RawData } from 'ws'
import type { z } from 'zod'
import { runInContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import type { Identity } from '../identity/identity.ts'
import type { Problem } from '../problem.ts'
import { deadlineIn, within } from '../resilience/deadline.ts'
import type { CutReason, Figures } from './figures.ts'
import { createFloodGate } from './flood-gate.ts'
import type { Peer } from './peer.ts'
import { type AnyFrame, authFrame, type DoorFrame, type Session } from './protocol.ts'

interface Parts<Frame extends AnyFrame> {
  readonly path: string
  readonly frame: z.ZodType<Frame>
  readonly session: Session<Frame>
  readonly peer: Peer
  readonly identity: Identity
  readonly figures: Figures
  readonly defences: Defences
  readonly log: Pick<Logger, 'info'>
}

interface Job {
  readonly type: string
  readonly requestId: string
  readonly about: string
  readonly unhurried?: boolean
  readonly work: () => Promise<void>
  readonly failed?: (problem: Problem) => void
}

interface Refusal {
  readonly reason: CutReason
  readonly code: number
  readonly text: string
}

/** Frames of one client waiting for their turn; with more than this it is closed with 1013. */
const maxWaitingFrames = 256

/** What one client sends: read, let in or not, and handled one after the other as it came. */
export class Inbox<Frame extends AnyFrame> {
  readonly #parts: Parts<Frame>
  readonly #admits: () => boolean
  #turn: Promise<void> = Promise.resolve()
  #waiting = 0

  constructor(parts: Parts<Frame>) {
    this.#parts = parts
    this.#admits = createFloodGate(parts.defences)
  }

  /** Before anything the client sends. */
  begin(frame: Frame): void {
    this.#enqueue(this.#handle(frame))
  }

  take(data: RawData, isBinary: boolean): void {
    const { peer } = this.#parts
    if (!peer.isOpen) return
    const job = this.#read(data, isBinary)
    if ('reason' in job) peer.cut(job.reason, job)
    else if (this.#waiting >= maxWaitingFrames) {
      peer.cut('backlog', { code: 1013, text: 'try again later' })
    } else this.#enqueue(job)
  }

  #read(data: RawData, isBinary: boolean): Job | Refusal {
    if (isBinary) return notAFrame(1003, 'text frames only')
    if (!this.#admits()) return { reason: 'flood', code: 1008, text: 'too many frames' }
    const json = parseJson(data.toString())
    if (json === undefined) return notAFrame(1007, 'not JSON')
    const auth = authFrame.safeParse(json)
    if (auth.success) return this.#signIn(auth.data.token)
    const frame = this.#parts.frame.safeParse(json)
    if (frame.success) return this.#handle(frame.data)
    return notAFrame(1008, 'not a frame of this protocol')
  }

  #signIn(token: string): Job {
    const { peer, identity } = this.#parts
    const work = async () => {
      const caller = await identity.callerOfToken(token)
      peer.signIn(caller)
      const { userId, expiresInMs } = caller
      peer.send<DoorFrame>({ type: 'authenticated', userId, expiresInMs })
    }
    return { type: 'auth', about: 'auth', requestId: peer.id, work }
  }

  #handle(frame: Frame): Job {
    const { session, peer } = this.#parts
    const { type, id } = frame
    return {
      type,
      requestId: id ?? peer.id,
      about: session.about?.(frame) ?? id ?? type,
      unhurried: session.isUnhurried?.(frame) ?? false,
      work: () => session.handle(frame),
      failed: problem => session.failed?.(frame, problem),
    }
  }

  #enqueue(job: Job): void {
    this.#waiting += 1
    this.#turn = this.#turn.then(async () => {
      this.#waiting -= 1
      if (this.#parts.peer.isOpen) await this.#carryOut(job)
    })
  }

  async #carryOut({ type, requestId, about, unhurried, work, failed }: Job): Promise<void> {
    const { peer, defences, figures, path, log } = this.#parts
    const { defaultMs, retryAfterSeconds } = defences.settings('request-deadline')
    const bounded = !unhurried && defences.on('request-deadline')
    using deadline = deadlineIn(bounded ? defaultMs : Infinity, retryAfterSeconds)
    const end = figures.frames.startTimer({ path, type })
    await runInContext({ requestId, deadline }, async () => {
      let outcome = 'ok'
      try {
        await within(deadline, work())
      } catch (error) {
        const problem = peer.refuse(error, about)
        outcome = problem.details.code
        failed?.(problem)
      }
      const ms = Math.round(end({ outcome }) * 1_000)
      log.info({ event: 'frame', path, type, outcome, ms, about }, 'handled')
    })
  }
}

function notAFrame(code: number, text: string): Refusal {
  return { reason: 'not-a-frame', code, text }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
