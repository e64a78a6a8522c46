import type { Redis } from 'ioredis'
import type { Deadline } from '../resilience/deadline.ts'
import { WriteError } from './write-error.ts'

interface Write {
  readonly key: string
  readonly value: string
  readonly ttlSeconds: number
  readonly deadline: Deadline
  readonly settle: (error?: WriteError) => void
}

interface WriterOptions {
  readonly connections: readonly Redis[]
  /** 0: acknowledged by the primary alone. */
  readonly confirmReplicas: number
  /** How long WAIT may take; 0 waits for ever. */
  readonly waitMs: number
  /** More than this many writes waiting for a connection are refused. */
  readonly maxPending: number
}

/**
 * Writes that count only when enough replicas have them. WAIT blocks its connection, so a few
 * connections take turns, and what arrives while all are busy shares the next WAIT (group commit).
 */
export class ConfirmedWriter {
  readonly #options: WriterOptions
  readonly #busy = new Set<Redis>()
  #pending: Write[] = []

  constructor(options: WriterOptions) {
    this.#options = options
  }

  /** Resolves when confirmed. @throws {WriteError} */
  set(key: string, value: string, ttlSeconds: number, deadline: Deadline): Promise<void> {
    if (this.#pending.length >= this.#options.maxPending) {
      return Promise.reject(new WriteError('not-sent', 'too many writes are waiting'))
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const settle = (error?: WriteError) => (error ? reject(error) : resolve())
    this.#pending.push({ key, value, ttlSeconds, deadline, settle })
    this.#pump()
    return promise
  }

  #pump(): void {
    const { connections } = this.#options
    const usable = connections.filter(connection => canSend(connection))
    if (usable.length === 0) {
      for (const write of this.#pending.splice(0)) {
        write.settle(new WriteError('not-sent', 'no connection to the primary'))
      }
      return
    }
    const free = usable.find(connection => !this.#busy.has(connection))
    if (!free || this.#pending.length === 0) return
    const batch = this.#pending.splice(0).filter(begin)
    if (batch.length === 0) return
    this.#busy.add(free)
    void this.#send(free, batch).finally(() => {
      this.#busy.delete(free)
      if (this.#pending.length > 0) this.#pump()
    })
  }

  async #send(connection: Redis, batch: readonly Write[]): Promise<void> {
    const { confirmReplicas, waitMs } = this.#options
    const pipeline = connection.pipeline()
    for (const { key, value, ttlSeconds } of batch) pipeline.set(key, value, 'EX', ttlSeconds)
    if (confirmReplicas > 0) pipeline.wait(confirmReplicas, waitMs)
    try {
      const replies = (await pipeline.exec()) ?? []
      const refused = batch.map((_, index) => replies[index]?.[0] ?? undefined)
      const confirmed = confirmReplicas === 0 ? 0 : Number(replies[batch.length]?.[1] ?? 0)
      batch.forEach((write, index) => {
        write.settle(judge(refused[index], confirmed, confirmReplicas))
      })
    } catch (error) {
      for (const write of batch) write.settle(unanswered(error))
    }
  }
}

/** Without an offline queue only a ready connection can send. */
function canSend(connection: Redis): boolean {
  return connection.status === 'ready' || connection.options.enableOfflineQueue === true
}

/** False, and settled, when the write's time is up before it was sent. */
function begin(write: Write): boolean {
  try {
    write.deadline.beginEffect()
    return true
  } catch (error) {
    write.settle(new WriteError('not-sent', 'the deadline passed while waiting', error))
    return false
  }
}

function judge(
  error: Error | undefined,
  confirmed: number,
  wanted: number,
): WriteError | undefined {
  if (error) return isReply(error) ? new WriteError('refused', error.message) : unanswered(error)
  if (confirmed >= wanted) return undefined
  return new WriteError('unconfirmed', `${confirmed} of ${wanted} replicas confirmed in time`)
}

/** Redis itself answered with an error, so the write is certainly not there. */
function isReply(error: Error): boolean {
  return error.name === 'ReplyError'
}

function unanswered(cause: unknown): WriteError {
  const detail = cause instanceof Error ? cause.message : String(cause)
  return new WriteError('unanswered', detail, cause)
}
