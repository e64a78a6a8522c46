import { z } from 'zod'

const count = z.number().default(0)
const toxic = z.looseObject({
  name: z.string(),
  type: z.string(),
  stream: z.string(),
  /** Null, or packets alone, of what acts on the way in. */
  landed: z
    .object({ connections: count, bytes: count, messages: count })
    .nullable()
    .transform(landed => landed ?? { connections: 0, bytes: 0, messages: 0 }),
})
const proxy = z.looseObject({
  name: z.string(),
  listen: z.string(),
  enabled: z.boolean(),
  toxics: z.array(toxic),
})
const flow = z.object({ received: z.number(), held: z.number(), toxics: z.array(z.string()) })
const connection = z.object({
  id: z.number(),
  client: z.string(),
  upstream: flow,
  downstream: flow,
})

/** An answer of the API; each getter reads the body as what the call is expected to answer. */
export class Reply {
  readonly status: number
  readonly text: string
  readonly type: string | null

  constructor(status: number, text: string, type: string | null) {
    this.status = status
    this.text = text
    this.type = type
  }

  get json(): unknown {
    return JSON.parse(this.text)
  }

  get error(): string {
    return z.object({ error: z.string() }).parse(this.json).error
  }

  get proxy() {
    return proxy.parse(this.json)
  }

  get populated() {
    return z.object({ proxies: z.array(proxy) }).parse(this.json).proxies
  }

  get toxic() {
    return toxic.parse(this.json)
  }

  get toxics() {
    return z.array(toxic).parse(this.json)
  }

  get connections() {
    return z.array(connection).parse(this.json)
  }
}
