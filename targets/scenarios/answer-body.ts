import { z } from 'zod'

const text = z.string()
const listOf = <Shape extends z.ZodRawShape>(shape: Shape) => z.array(z.looseObject(shape))

/** Looked for where it may be absent: what is not refused has no code. */
const optional = z.looseObject({
  code: text.optional(),
  errors: listOf({
    path: z.union([text, z.array(z.unknown())]).optional(),
    extensions: z.looseObject({ code: text }).optional(),
  }).optional(),
})

/** Every other field that scenarios look at: it has one type, whatever route answers. */
const known = z.looseObject({
  /** Some are counted; they are compared as texts. */
  id: z.union([text, z.number().transform(String)]),
  ...{ outcome: text, name: text, title: text, slug: text, body: text, sku: text },
  ...{ userId: text, username: text, email: text, sessionId: text, csrfToken: text, secret: text },
  ...{ accessToken: text, refreshToken: text, authorizationUrl: text, uri: text, asOf: text },
  ...{ balance: text, total: text, lastLoginAt: text.nullable() },
  ...{ number: z.number(), version: z.number(), totalCents: z.number() },
  ...{ stale: z.boolean(), active: z.boolean() },
  /** Of a problem a number, of what is bought a word. */
  status: z.union([text, z.number()]),
  next: z.union([text, z.number()]).nullable(),
  dependencies: z.record(text, text),
  ...{ roles: z.array(text), recoveryCodes: z.array(text) },
  ...{ products: listOf({ sku: text }), posts: listOf({ id: text }), items: listOf({}) },
  ...{ comments: listOf({ body: text }), revisions: listOf({ title: text }) },
  ...{ orders: listOf({ id: text, number: z.number() }), history: listOf({ status: text }) },
  ...{ sessions: listOf({ device: text }), notices: listOf({ messageId: text }) },
  settings: z.looseObject({}),
})

export type AnswerBody = Readonly<z.infer<typeof optional> & z.infer<typeof known>>

const fields = new Map<PropertyKey, z.ZodType>(
  Object.entries({ ...optional.shape, ...known.shape }),
)

/**
 * A JSON object as its fields are known here. Reading a known field that is not there, or is of
 * another type, throws: a scenario says what it got instead of going on with it.
 */
export function readBody(json: string): AnswerBody {
  return new Proxy(z.looseObject({}).parse(JSON.parse(json)), {
    get: (body, name) => {
      const value: unknown = Reflect.get(body, name)
      const read = fields.get(name)?.safeParse(value)
      if (!read) return value
      if (read.success) return read.data
      throw new Error(`The answer has no such ${String(name)}: ${json}`)
    },
  }) as AnswerBody // the proxy is what makes each field be as it says
}
