import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type DefenceName, defenceNames, defenceTable } from './defences.ts'

/** Where a process runs. Who does not say is held to what production demands. */
export const environments = ['test', 'development', 'staging', 'production'] as const

export const roles = ['api', 'realtime', 'worker'] as const

const port = z.int().min(0).max(65_535)
const address = z.strictObject({ host: z.string().min(1), port: port.min(1) })

const redis = z.union([
  z.strictObject({
    ...address.shape,
    password: z.string().optional(),
    confirmReplicas: z.int().min(0).default(0),
  }),
  z.strictObject({
    sentinels: z.array(address).min(1),
    name: z.string().min(1),
    password: z.string().optional(),
    /** `"ip:port"` as Sentinel announces it → where this instance reaches it. */
    natMap: z.record(z.string(), address).optional(),
    confirmReplicas: z.int().min(0).default(0),
  }),
])

export const auth = z.strictObject({
  /** One algorithm for all tokens; every instance must have the same key. */
  tokens: z.discriminatedUnion('algorithm', [
    z.strictObject({ algorithm: z.literal('HS256'), secret: z.string().min(32) }),
    z.strictObject({
      algorithm: z.literal('RS256'),
      privateKeyPem: z.string().startsWith('-----'),
    }),
  ]),
  issuer: z.string().min(1).default('shop'),
  accessSeconds: z.int().min(1).default(300),
  refreshSeconds: z.int().min(1).default(2_592_000),
  sessionSeconds: z.int().min(1).default(3_600),
  /** Off only where the service is reached over plain HTTP. */
  secureCookies: z.boolean().default(true),
})

export const payments = z.strictObject({ url: z.url(), apiKey: z.string().min(1) })

export const smtp = z.strictObject({
  ...address.shape,
  from: z.email().default('shop@example.com'),
  user: z.string().optional(),
  password: z.string().optional(),
})

const knownSetting = (name: DefenceName, key: string) => key in defenceTable[name].settings

const settings = z
  .partialRecord(z.enum(defenceNames), z.record(z.string(), z.number().nonnegative()))
  .superRefine((all, context) => {
    for (const name of defenceNames) {
      for (const key of Object.keys(all[name] ?? {})) {
        if (knownSetting(name, key)) continue
        const known = Object.keys(defenceTable[name].settings).join(', ')
        context.addIssue({ code: 'custom', path: [name, key], message: `knows only: ${known}` })
      }
    }
  })

function ephemeralTokens() {
  return { algorithm: 'HS256', secret: randomBytes(32).toString('base64url') }
}

/** What a configuration may say anywhere; `environment.ts` has what it must say where. */
export const anywhere = z.strictObject({
  environment: z.enum(environments).default('production'),
  instance: z.string().regex(/^[A-Za-z0-9-]{1,40}$/),
  roles: z.array(z.enum(roles)).min(1),
  host: z.string().default('127.0.0.1'),
  /** 0: any free port; the ready file tells which. */
  ports: z
    .strictObject({
      api: port.default(0),
      realtime: port.default(0),
      worker: port.default(0),
    })
    .prefault({}),
  readyFile: z.string().min(1).optional(),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  postgres: z.strictObject({
    url: z.url({ protocol: /^postgres(ql)?$/ }),
    poolSize: z.int().min(1).max(200).default(10),
  }),
  redis,
  /** Without it tokens are signed with a key of this process alone: not where people are served. */
  auth: auth.default(() => auth.parse({ tokens: ephemeralTokens() })),
  /** Without it payments stay in doubt. */
  payments: payments.optional(),
  /** Proxies in front of the service whose `x-forwarded-for` is believed. */
  trustedProxies: z.array(z.string().min(1)).default([]),
  /** Without it there are no files; every instance must see the same folder. */
  files: z
    .strictObject({ folder: z.string().min(1), maxBytes: z.int().min(1).default(104_857_600) })
    .optional(),
  /** Without it mails stay queued. */
  smtp: smtp.optional(),
  /** Without it there is no marketplace. */
  marketplace: z.strictObject({ url: z.url(), apiKey: z.string().min(1) }).optional(),
  /** Without it nobody signs in through another provider. */
  oauth: z
    .strictObject({
      issuer: z.url(),
      clientId: z.string().min(1),
      clientSecret: z.string().optional(),
    })
    .optional(),
  /** Without it there is no directory. `sqlite:FILE`, `mysql://…` or `postgres://…`. */
  directory: z
    .strictObject({ url: z.string().regex(/^(sqlite:|mysql:\/\/|postgres(ql)?:\/\/)./) })
    .optional(),
  /** Without it nothing is counted. */
  clickhouse: z
    .strictObject({ url: z.url(), username: z.string(), password: z.string() })
    .optional(),
  /** The address people reach the shop at, for links in mails. */
  publicUrl: z.url().default('http://localhost'),
  defencesOff: z.array(z.enum(defenceNames)).default([]),
  /** Overrides of the parameters in the table of defences, by name. */
  defenceSettings: settings.default({}),
})
