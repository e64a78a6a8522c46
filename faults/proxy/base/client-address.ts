import { isIP, SocketAddress } from 'node:net'
import { type Address, parseAddress } from './address.ts'

/** A client as a selection names it. Without a port: any port of that address. */
export interface ClientAddress {
  readonly host: string
  readonly port: number | undefined
}

/** An IP address (`::1` or `[::1]`), or one with a port. Undefined when it is neither. */
export function parseClient(text: string): ClientAddress | undefined {
  const bare = /^\[(.+)\]$/.exec(text)?.[1] ?? text
  if (isIP(bare) !== 0) return { host: canonical(bare), port: undefined }
  const address = parseAddress(text)
  if (!address || isIP(address.host) === 0 || address.port === 0) return undefined
  return { host: canonical(address.host), port: address.port }
}

export function isClient({ host, port }: ClientAddress, connected: Address): boolean {
  if (port !== undefined && port !== connected.port) return false
  return host === canonical(connected.host)
}

/** One text for one address: a listener on `::` sees IPv4 clients as `::ffff:127.0.0.1`. */
function canonical(host: string): string {
  if (isIP(host) !== 6) return host
  const { address } = new SocketAddress({ address: host, family: 'ipv6' })
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}
