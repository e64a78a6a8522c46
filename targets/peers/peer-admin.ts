import { z } from 'zod'

const posted = z.object({ id: z.number() })
const listed = z.array(z.looseObject({ id: z.number(), landed: z.number(), healed: z.boolean() }))

/**
 * The admin port of a peer, typed by the faults that it has. Works the same from the lab, a test or
 * an undo: it is an address and a token.
 */
export class PeerAdmin<Fault> {
  readonly url: string
  readonly token: string

  constructor(url: string, token: string) {
    this.url = url
    this.token = token
  }

  /** Puts a fault in force; resolves to its id. */
  async post(fault: Fault): Promise<number> {
    return posted.parse(await this.#call('POST', '/faults', fault)).id
  }

  /** Heals this fault, or all. Harmless when there is none. */
  async heal(id?: number): Promise<void> {
    await this.#call('DELETE', id === undefined ? '/faults' : `/faults/${id}`)
  }

  /** Requests the fault has really touched, healed or not. */
  async landed(id: number): Promise<number> {
    const faults = listed.parse(await this.#call('GET', '/faults'))
    return faults.find(fault => fault.id === id)?.landed ?? 0
  }

  /** Reads what else the peer tells about itself: its statement, its mailbox. */
  async read<Value>(path: string, schema: z.ZodType<Value>): Promise<Value> {
    return schema.parse(await this.#call('GET', path))
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(new URL(path, this.url), {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(5_000),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} of the peer: ${answer.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
}
