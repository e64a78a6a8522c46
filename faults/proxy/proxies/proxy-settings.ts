import { type Address, formatAddress, withoutLocalhost } from '../base/address.ts'
import type { ToxicSettings } from '../pipe/active-toxic.ts'
import type { TlsSettings } from '../sockets/tls.ts'

/** A proxy as its creator wants it. */
export interface ProxySettings {
  readonly name: string
  /** As it was asked for, until it listens: then the address it is bound to (of port 0 a free one). */
  readonly listen: Address
  readonly upstream: Address
  /** A name of the registry's; `tcp` where messages are not told apart. */
  readonly protocol: string
  /** Whether each message is an event of its own, beside the counters. */
  readonly messages: boolean
  readonly tls: TlsSettings | undefined
}

/** A proxy to create, with its toxics. */
export interface ProxyRequest {
  readonly settings: ProxySettings
  /** What of the settings the request said itself: a proxy that is there already keeps the rest. */
  readonly said: Partial<ProxySettings>
  /** Undefined: a new proxy is enabled, and one that is there stays as it is. */
  readonly enabled: boolean | undefined
  readonly toxics: readonly ToxicSettings[] | undefined
}

export function addressesDiffer(a: ProxySettings, b: ProxySettings): boolean {
  return (
    formatAddress(withoutLocalhost(a.listen)) !== formatAddress(withoutLocalhost(b.listen)) ||
    formatAddress(a.upstream) !== formatAddress(b.upstream)
  )
}
