import { z } from 'zod'
import { anywhere, auth, environments, payments, smtp } from './config-schema.ts'

const atHome = 'must be on this machine: a test charges nobody and writes to nobody'
/** Tests reach neither people nor their money. */
const test = anywhere.extend({
  payments: payments.extend({ url: z.url().refine(isLocal, atHome) }).optional(),
  smtp: smtp.extend({ host: smtp.shape.host.refine(isThisMachine, atHome) }).optional(),
})

const confidential = z
  .url()
  .refine(
    url => url.startsWith('https:') || isLocal(url),
    'must be https: beyond this machine its secret would travel in the clear',
  )
const ownKey =
  'is needed: with a key of its own a process believes neither the others nor, restarted, itself'
/** As people meet it: one key for all instances, and no secret in the clear. */
const staging = anywhere.extend({
  auth: z.strictObject(
    {
      ...auth.shape,
      secureCookies: z
        .literal(true, 'must be true: the cookie of a session would travel in the clear')
        .default(true),
    },
    { error: ({ input }) => (input === undefined ? ownKey : undefined) },
  ),
  publicUrl: z.url({
    protocol: /^https$/,
    error: 'must be given, and https: links in mails carry secrets',
  }),
  payments: payments.extend({ url: confidential }).optional(),
  marketplace: anywhere.shape.marketplace.unwrap().extend({ url: confidential }).optional(),
  oauth: anywhere.shape.oauth.unwrap().extend({ issuer: confidential }).optional(),
})

/** What the lack of a defence does may be tried in staging; here none is lacking. */
const production = staging.extend({
  defencesOff: z.tuple([], 'must be empty: people are served').default([]),
})

const schemas = { test, development: anywhere, staging, production }
const named = z.looseObject({ environment: z.enum(environments) })

/** The schema of the environment that is named; production's for one that names none there is. */
export function schemaFor(input: unknown): z.ZodType<z.infer<typeof anywhere>> {
  return schemas[named.safeParse(input).data?.environment ?? 'production']
}

/** What is no URL counts too: it is refused as such. */
function isLocal(url: string): boolean {
  const host = URL.parse(url)?.hostname
  return host === undefined || isThisMachine(host)
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d+){3}$/.test(host)
}
