import { z } from 'zod'
import type { ToxicRequest, ToxicType } from './toxic-request.ts'

const count = z.number().default(0)
const landed = z.object({ connections: count, bytes: count, messages: count, packets: count })
const added = z.object({
  connections: z.object({ ids: z.array(z.number()).optional() }).optional(),
})
/** Null: nobody can tell, as of connects that are refused. */
const state = z.object({ landed: landed.nullable() })
export type Landed = z.infer<typeof landed>

const patienceMs = 5_000

/**
 * Drives what this proxy can do beyond Toxiproxy's API; the rest is toxiproxy-node-client's. Each call
 * throws when the proxy does not answer within 5 s.
 */
export class ProxyClient {
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>

  /** `token` as in the proxy's PROXY_TOKEN. */
  constructor(url: string, token?: string) {
    this.#url = url
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  }

  /**
   * Resolves to the ids of the connections it is for; undefined where those to come are hit too.
   * @throws {Error} with the proxy's own words when it refuses the toxic.
   */
  async addToxic<Type extends ToxicType>(
    proxy: string,
    request: ToxicRequest<Type>,
  ): Promise<readonly number[] | undefined> {
    const { status, text } = await this.#call('POST', proxyPath(proxy), request)
    if (status !== 200) throw new Error(`The proxy refused ${request.type} on ${proxy}: ${text}`)
    return added.parse(JSON.parse(text)).connections?.ids
  }

  /**
   * What the toxic has touched so far. Undefined when it is not there (any more), or nobody can tell.
   * @throws {Error} with the proxy's own words when it refuses to tell.
   */
  async landed(proxy: string, toxic: string): Promise<Landed | undefined> {
    const { status, text } = await this.#call('GET', proxyPath(proxy, toxic))
    if (status === 404) return undefined
    if (status !== 200) throw new Error(`The proxy does not tell of ${toxic}: ${status} ${text}`)
    return state.parse(JSON.parse(text)).landed ?? undefined
  }

  /**
   * Done too when the toxic, its proxy or the whole process is gone.
   * @throws {Error} with the proxy's own words when it refuses.
   */
  async removeToxic(proxy: string, toxic: string): Promise<void> {
    try {
      const { status, text } = await this.#call('DELETE', proxyPath(proxy, toxic))
      if (status === 204 || status === 404) return
      throw new Error(`The proxy does not remove ${toxic}: ${status} ${text}`)
    } catch (error) {
      if (!isRefused(error)) throw error
    }
  }

  async #call(method: string, path: string, body?: object) {
    const answer = await fetch(new URL(path, this.#url), {
      method,
      headers: this.#headers,
      signal: AbortSignal.timeout(patienceMs),
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, text: await answer.text() }
  }
}

function proxyPath(proxy: string, toxic = ''): string {
  const toxics = `/proxies/${encodeURIComponent(proxy)}/toxics`
  return toxic === '' ? toxics : `${toxics}/${encodeURIComponent(toxic)}`
}

function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}
