import { z } from 'zod'
import { bearerOf } from '../../lab/base/bearer-of.ts'
import { LabError, messageOf } from '../../lab/base/errors.ts'
import type { ExternalSystem } from '../../lab/model/external/external-system.ts'
import { demandNoProduction, hostOf } from '../../lab/model/external/production-host.ts'

const proxyShape = z.looseObject({
  name: z.string(),
  listen: z.string(),
  upstream: z.string(),
  enabled: z.boolean(),
  toxics: z.array(z.looseObject({ name: z.string() })),
  protocol: z.string().optional(),
  /** Our own proxy counts. */
  counters: z.unknown().optional(),
})
const listShape = z.record(z.string(), proxyShape)

/** A proxy as its own API describes it, and where that is. */
export type DescribedProxy = z.infer<typeof proxyShape> & {
  readonly api: ExternalSystem['proxies'][number]
}

const askWithinMs = 5_000

/**
 * All proxies of all APIs, by name; they are calm, and lead to nothing that looks like production.
 * @throws {LabError} `proxy-unreachable`, `no-tap`, `not-calm`, `ambiguous-link`, `looks-like-production`.
 */
export async function describedProxies(
  external: ExternalSystem,
): Promise<ReadonlyMap<string, DescribedProxy>> {
  const found = new Map<string, DescribedProxy>()
  for (const [at, api] of external.proxies.entries()) {
    const field = `external.proxies.${at}`
    const where = `${field}.url in ${external.file}`
    const own = await list(api.url, api.token, where)
    const behind = api.toxiproxy
      ? await list(api.toxiproxy, undefined, `${field}.toxiproxy in ${external.file}`)
      : []
    if (own.some(({ counters }) => counters === undefined)) throw noTap(where, api.url)
    demandCalm(external.file, [...own, ...behind])
    for (const proxy of own) {
      if (found.has(proxy.name)) throw ambiguous(external.file, proxy.name)
      found.set(proxy.name, { ...proxy, api })
    }
    for (const { upstream, name } of [...own, ...behind]) {
      demandNoProduction(external, hostOf(upstream), `the upstream of proxy ${name} (${field})`)
    }
  }
  return found
}

async function list(
  url: string,
  token: string | undefined,
  field: string,
): Promise<z.infer<typeof proxyShape>[]> {
  try {
    const signal = AbortSignal.timeout(askWithinMs)
    const answer = await fetch(new URL('/proxies', url), { headers: bearerOf(token), signal })
    if (!answer.ok) throw new Error(`${answer.status} ${(await answer.text()).slice(0, 200)}`)
    const parsed = listShape.safeParse(await answer.json())
    if (!parsed.success) throw new Error('an answer that is not a list of proxies')
    return Object.values(parsed.data)
  } catch (cause) {
    const why = cause instanceof Error && cause.cause ? messageOf(cause.cause) : messageOf(cause)
    throw new LabError(
      {
        code: 'proxy-unreachable',
        expected: `${field} to be the API of a proxy`,
        found: why,
        why: 'Faults of the network are made there, and what passes is counted there.',
        next: 'Start it, correct the address, or give the token it asks for (token).',
        cause,
      },
      'unable',
    )
  }
}

/** A fault that is in force already is somebody else's, and would be taken for the experiment's. */
function demandCalm(file: string, proxies: readonly z.infer<typeof proxyShape>[]): void {
  const left = proxies.flatMap(({ name, enabled, toxics }) => [
    ...(enabled ? [] : [`${name} is disabled`]),
    ...toxics.map(toxic => `${name} has the toxic ${toxic.name}`),
  ])
  if (left.length === 0) return
  throw new LabError(
    {
      code: 'not-calm',
      expected: `no fault in force on the proxies that ${file} describes`,
      found: left.join(', '),
      why: 'Somebody else hurts this system now, or an earlier lab left it; a lease ends by itself in 15 s.',
      next: 'Wait for them to end, or POST /reset to the API of the proxy.',
    },
    'unable',
  )
}

function noTap(field: string, url: string): LabError {
  return new LabError(
    {
      code: 'no-tap',
      expected: `${field} to be our own proxy, which counts what passes`,
      found: `the original Toxiproxy at ${url}`,
      why: 'The original does not tell what passed, so no fault could be shown to have landed.',
      next: 'Put our proxy in front of it (lab proxy), and name the original as `toxiproxy` beside it.',
    },
    'usage',
  )
}

function ambiguous(file: string, name: string): LabError {
  return new LabError(
    {
      code: 'ambiguous-link',
      expected: `one proxy called ${name} among those of external.proxies in ${file}`,
      found: 'two of them',
      why: 'It must be known which of them is hurt.',
      next: 'Give them different names.',
    },
    'usage',
  )
}
