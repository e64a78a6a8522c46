import { BlockList, isIP } from 'node:net'
import { LabError } from '../../base/errors.ts'
import type { ExternalSystem } from './external-system.ts'

const own = new BlockList()
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
  ['0.0.0.0', 32],
] as const) {
  own.addSubnet(network, bits, 'ipv4')
}
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  own.addSubnet(network, bits, 'ipv6')
}

const word = /(^|[.\-_\d])(prod|prd|production|live)([.\-_\d]|$)/i
/** Names that no public server can have. */
const ownNames = /(^|\.)(localhost|local|test|internal|localdomain|lan|home\.arpa|svc)$/i

/** Why a host looks like production; undefined for one of this machine, or of a private network. */
export function looksLikeProduction(given: string): string | undefined {
  const host = given.replace(/^\[|\]$/g, '')
  const kind = isIP(host)
  if (kind > 0) {
    const isOwn = own.check(host, kind === 4 ? 'ipv4' : 'ipv6')
    return isOwn ? undefined : 'a public address'
  }
  if (word.test(host)) return 'a name that says so'
  return host.includes('.') && !ownNames.test(host) ? 'a public name' : undefined
}

/** @throws {LabError} `looks-like-production` for a host that `external.production` does not name. */
export function demandNoProduction(
  { file, production }: Pick<ExternalSystem, 'file' | 'production'>,
  host: string,
  field: string,
): void {
  const why = looksLikeProduction(host)
  if (why === undefined || production.includes(host)) return
  throw new LabError(
    {
      code: 'looks-like-production',
      expected: `${field} in ${file} to be of this machine or of a private network`,
      found: `${host}, ${why}`,
      why: 'An experiment that meets the wrong system hurts people who were not asked.',
      next: `If it may be hurt, add '${host}' to external.production; else correct ${field}.`,
    },
    'usage',
  )
}

/** Holds every address of the description to it; what proxies lead to is asked when they are. */
export function demandNoProductionIn(external: ExternalSystem): void {
  for (const [field, host] of hostsOf(external)) demandNoProduction(external, host, field)
}

function* hostsOf({ proxies, links = {}, parts }: ExternalSystem): Generator<[string, string]> {
  for (const [at, { url, toxiproxy }] of proxies.entries()) {
    yield [`external.proxies.${at}.url`, new URL(url).hostname]
    if (toxiproxy !== undefined) {
      yield [`external.proxies.${at}.toxiproxy`, new URL(toxiproxy).hostname]
    }
  }
  for (const [name, { at }] of Object.entries(links)) {
    if (at !== undefined) yield [`external.links.${name}.at`, hostOf(at)]
  }
  for (const [name, { url, urls = {}, metrics, announced }] of Object.entries(parts)) {
    const field = `external.parts.${name}`
    if (url !== undefined) yield [`${field}.url`, new URL(url).hostname]
    if (metrics !== undefined) yield [`${field}.metrics`, new URL(metrics).hostname]
    if (announced !== undefined) yield [`${field}.announced`, hostOf(announced)]
    for (const [role, one] of Object.entries(urls)) {
      yield [`${field}.urls.${role}`, new URL(one).hostname]
    }
  }
}

/** Of HOST:PORT. */
export function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':'))
}
