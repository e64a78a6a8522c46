import { z } from 'zod'
import { type Address, parseAddress } from '../base/address.ts'
import { ApiError } from '../base/api-error.ts'
import type { Registry } from '../contracts/registry.ts'
import type { ToxicSettings } from '../pipe/active-toxic.ts'
import type { ProxyRequest, ProxySettings } from '../proxies/proxy-settings.ts'
import { tlsBody } from '../sockets/tls.ts'
import { name, parse, parseBody } from './parse-body.ts'
import { parseToxic } from './toxic-body.ts'

const proxyBody = z.strictObject({
  name: z.string().nullish(),
  listen: z.string().nullish(),
  upstream: z.string().nullish(),
  enabled: z.boolean().nullish(),
  toxics: z.array(z.unknown()).nullish(),
  protocol: z.string().nullish(),
  messages: z.boolean().nullish(),
  tls: tlsBody.nullish(),
  /** Part of every answer, so clients send them back: read and left alone. */
  counters: z.unknown().optional(),
  encryption: z.unknown().optional(),
  Logger: z.unknown().optional(),
})

/** A new proxy. `where` (` at proxy 2`) tells it from its neighbours in a list. */
export function parseProxy(body: unknown, registry: Registry, where = ''): ProxyRequest {
  const given = parseBody(proxyBody, body, where)
  if (!given.name) throw ApiError.missing(`name${where}`)
  if (!given.upstream) throw ApiError.missing(`upstream${where}`)
  const protocol = parseProtocol(given.protocol ?? 'tcp', registry)
  const said = {
    ...(given.protocol && { protocol }),
    ...(typeof given.messages === 'boolean' && { messages: given.messages }),
    ...(given.tls !== undefined && { tls: given.tls ?? undefined }),
  }
  return {
    settings: {
      name: parse(name, given.name, where, 'name'),
      listen: parseField(given.listen || '127.0.0.1:0', `listen${where}`),
      upstream: parseField(given.upstream, `upstream${where}`),
      protocol,
      messages: false,
      tls: undefined,
      ...said,
    },
    said,
    enabled: given.enabled ?? undefined,
    toxics: given.toxics?.map(toxic => ownToxic(parseToxic(toxic, registry, protocol))),
  }
}

/** Those that come with a proxy are there before its first connection. */
function ownToxic(toxic: ToxicSettings): ToxicSettings {
  if (toxic.connections?.which !== 'present') return toxic
  throw ApiError.badRequest(
    `connections.which: toxic '${toxic.name}' would meet no connection; add it when some are open`,
  )
}

/** A change of a proxy. Its name cannot change; its toxics have calls of their own. */
export function parseProxyChange(
  body: unknown,
  current: ProxySettings,
  registry: Registry,
): { readonly settings: ProxySettings; readonly enabled: boolean | undefined } {
  const given = parseBody(proxyBody, body)
  if (given.name && given.name !== current.name) {
    throw ApiError.badRequest(`name: must stay '${current.name}'`)
  }
  return {
    settings: {
      name: current.name,
      listen: given.listen ? parseField(given.listen, 'listen') : current.listen,
      upstream: given.upstream ? parseField(given.upstream, 'upstream') : current.upstream,
      protocol: parseProtocol(given.protocol ?? current.protocol, registry),
      messages: given.messages ?? current.messages,
      // `null` takes it away; silence leaves it.
      tls: given.tls === undefined ? current.tls : (given.tls ?? undefined),
    },
    enabled: given.enabled ?? undefined,
  }
}

function parseProtocol(protocol: string, registry: Registry): string {
  if (protocol === 'tcp' || registry.protocols.has(protocol)) return protocol
  const known = ['tcp', ...registry.protocols.keys()].join(', ')
  throw ApiError.badRequest(`protocol: must be one of ${known}, not '${protocol}'`)
}

function parseField(text: string, field: string): Address {
  const address = parseAddress(text)
  if (!address) throw ApiError.badRequest(`${field}: must be host:port, not '${text}'`)
  return address
}
