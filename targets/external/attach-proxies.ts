import { bearerOf } from '../../lab/base/bearer-of.ts'
import type { Clock } from '../../lab/base/clock.ts'
import { LabError } from '../../lab/base/errors.ts'
import type { Link } from '../../lab/model/capability.ts'
import type { ExternalSystem } from '../../lab/model/external/external-system.ts'
import type { Context } from '../../lab/model/target.ts'
import type { Proxies } from '../proxy.ts'
import type { AttachedSystem } from './attached-system.ts'
import { type DescribedProxy, describedProxies } from './described-proxies.ts'

const beatEveryMs = 3_000
const protocols: readonly Link['protocol'][] = ['postgres', 'redis', 'http', 'websocket']

/** The links that are there: none is made, and none is taken away. */
export async function attachProxies(
  { clock, proxy }: Pick<Context, 'clock' | 'proxy'>,
  attached: AttachedSystem,
): Promise<Proxies> {
  const { described } = attached
  const proxies = await describedProxies(described)
  const all = linksOf(described, proxies, proxy)
  const beats = described.onlyLooks ? undefined : keepLeases(described, clock)
  // A proxy may be that of all instances of a service.
  const find = ({ consumer, provider }: Pick<Link, 'consumer' | 'provider'>) =>
    [provider, withoutNumber(provider)]
      .flatMap(to => [consumer, withoutNumber(consumer)].map(from => [from, to] as const))
      .map(([from, to]) => all.find(link => link.consumer === from && link.provider === to))
      .find(link => link !== undefined)
  return {
    process: await attached.process('proxy'),
    url: Promise.resolve(described.proxies[0]?.url ?? ''),
    links: all,
    has: path => find(path) !== undefined,
    link: async path => {
      const found = find(path)
      if (!found) throw noLink(described.file, path, all)
      return found
    },
    [Symbol.asyncDispose]: async () => {
      await beats?.[Symbol.asyncDispose]()
    },
  }
}

function linksOf(
  external: ExternalSystem,
  proxies: ReadonlyMap<string, DescribedProxy>,
  injector: Context['proxy'],
): readonly Link[] {
  const named = [...proxies.keys()].filter(name => /^[^>]+>[^>]+$/.test(name))
  const wanted: NonNullable<ExternalSystem['links']> =
    external.links ?? Object.fromEntries(named.map(name => [name, {}] as const))
  return Object.entries(wanted).map(([name, { from, to, protocol, at }]) => {
    const field = `external.links.${name} in ${external.file}`
    const found = proxies.get(name)
    if (!found) throw noProxy(field, [...proxies.keys()])
    const [consumer, provider] = [from ?? name.split('>')[0], to ?? name.split('>')[1]]
    if (!consumer || !provider) throw noEnds(field)
    const { url, token, toxiproxy } = found.api
    if (injector === 'toxiproxy' && toxiproxy === undefined) throw noOriginal(external.file, url)
    const { hostname, port } = new URL(`tcp://${at ?? found.listen}`)
    return {
      name,
      consumer,
      provider,
      protocol: protocol ?? protocols.find(one => one === found.protocol) ?? 'tcp',
      adminUrl: injector === 'toxiproxy' ? (toxiproxy ?? url) : url,
      tapUrl: url,
      ...(token !== undefined && { tapToken: token }),
      // What listens on every address is reached on this machine's own.
      listenHost: /^(0\.0\.0\.0|\[::\])$/.test(hostname) ? '127.0.0.1' : hostname,
      listenPort: Number(port),
    }
  })
}

function withoutNumber(name: string): string {
  return name.replace(/-\d+$/, '')
}

/** Says to the proxies that the lab lives: what it put there ends when it does not say so any more. */
function keepLeases({ proxies }: ExternalSystem, clock: Clock): AsyncDisposable {
  const over = new AbortController()
  const beating = (async () => {
    while (!over.signal.aborted) {
      await Promise.all(
        proxies.map(({ url, token }) =>
          fetch(new URL('/heartbeat', url), {
            method: 'POST',
            headers: bearerOf(token),
            signal: AbortSignal.any([over.signal, AbortSignal.timeout(beatEveryMs)]),
          }).catch(() => {}),
        ),
      )
      await clock.sleep(beatEveryMs, over.signal).catch(() => {})
    }
  })()
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort()
      await beating
    },
  }
}

function usage(code: string, expected: string, found: string, next: string): LabError {
  const why = 'Faults of the network are made on links, and each is a proxy.'
  return new LabError({ code, expected, found, why, next }, 'usage')
}

function noLink(
  file: string,
  { consumer, provider }: Pick<Link, 'consumer' | 'provider'>,
  all: readonly Link[],
): LabError {
  return usage(
    'no-such-link',
    `a link from ${consumer} to ${provider} in external.links of ${file}`,
    all.map(({ name }) => name).join(', ') || 'none',
    `Lead this path through a proxy called ${consumer}>${provider}, or describe which one it is.`,
  )
}

function noProxy(field: string, there: readonly string[]): LabError {
  const next = 'Correct the name, or make the proxy.'
  return usage('no-such-proxy', `${field} to be called as a proxy is`, there.join(', '), next)
}

function noEnds(field: string): LabError {
  const found = 'a name without a >, and not both from and to'
  return usage('link-without-ends', `${field} to say who reaches whom`, found, 'Add from and to.')
}

function noOriginal(file: string, url: string): LabError {
  return usage(
    'no-toxiproxy',
    `external.proxies in ${file} to name the toxiproxy behind ${url}`,
    'our own proxy alone',
    'Add toxiproxy: its API, or run without --proxy toxiproxy.',
  )
}
