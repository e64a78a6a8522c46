import { BUFFER_LIMIT } from '../../contracts/message-stage.ts'
import type { Message } from '../../contracts/protocol.ts'
import { frame } from './postgres-frames.ts'

interface Kept {
  readonly type: 'Bind' | 'Execute'
  readonly parts: Buffer[]
}

interface Bound {
  readonly statement: string
  /** Parameters and formats, as the client sent them. */
  readonly rest: Buffer
}

const parts = new Set(['Parse', 'Bind', 'Execute', 'Sync'])
/** Ours alone: a second one of the client's name would be an error, or replace the client's. */
const portal = 'resilience_lab_again'
const SYNC = frame('S', Buffer.alloc(0))

/**
 * One cycle of PostgreSQL's extended protocol as the client sends it, and how to run what was struck in
 * it again: bound anew with the same parameters, in a cycle of its own, so that its failure is not that
 * of the first.
 */
export class ExtendedCycle {
  #kept: Kept[] = []
  #size = 0
  #bound = new Map<string, Bound>()
  #again: Bound[] = []
  /** Takes the bytes of the message that `next` was told of; undefined when they are of no use. */
  look: ((bytes: Buffer) => void) | undefined

  static isPart({ kind, form }: Message): boolean {
    return form === 'Execute' || parts.has(kind)
  }

  /** At a Sync: the bytes that run all that was struck again, if anything was. */
  next({ kind, form }: Message, isStruck: boolean): Buffer | undefined {
    this.look = undefined
    if (form === 'Execute') {
      if (isStruck) this.#keep('Execute')
    } else if (kind === 'Bind') this.#keep('Bind')
    else this.#settle()
    // The unnamed statement is another one from here on.
    if (kind === 'Parse') this.#again = this.#again.filter(({ statement }) => statement !== '')
    return kind === 'Sync' ? this.#end() : undefined
  }

  #keep(type: Kept['type']): void {
    const kept: Kept = { type, parts: [] }
    this.#kept.push(kept)
    this.look = bytes => {
      this.#size += bytes.length
      if (this.#size <= BUFFER_LIMIT) kept.parts.push(bytes)
      else this.#kept = []
    }
  }

  #settle(): void {
    for (const { type, parts } of this.#kept) {
      const body = Buffer.concat(parts).subarray(5)
      const [name, next] = cString(body, 0)
      if (type === 'Bind') {
        const [statement, rest] = cString(body, next)
        this.#bound.set(name, { statement, rest: body.subarray(rest) })
      } else {
        const bound = this.#bound.get(name)
        if (bound) this.#again.push(bound)
      }
    }
    this.#kept = []
  }

  #end(): Buffer | undefined {
    const again = this.#size > BUFFER_LIMIT ? [] : this.#again
    this.#again = []
    this.#bound = new Map()
    this.#size = 0
    if (again.length === 0) return undefined
    return Buffer.concat([...again.flatMap(runAgain), SYNC])
  }
}

function runAgain({ statement, rest }: Bound): Buffer[] {
  return [
    frame('B', Buffer.concat([Buffer.from(`${portal}\0${statement}\0`, 'latin1'), rest])),
    frame('E', Buffer.from(`${portal}\0\0\0\0\0`)),
    frame('C', Buffer.from(`P${portal}\0`)),
  ]
}

/** The text from `at` on, and where it ends. */
function cString(body: Buffer, at: number): [text: string, next: number] {
  const end = body.indexOf(0, at)
  const stop = end < 0 ? body.length : end
  return [body.toString('latin1', at, stop), stop + 1]
}
