import { isIP } from 'node:net'

export interface Address {
  readonly host: string
  readonly port: number
}

/** `host:port`, `[::1]:port` or `:port` (loopback). Undefined when it is none of these. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]/\s]*)):(\d{1,5})$/.exec(text)
  if (!match) return undefined
  const port = Number(match[3])
  if (port > 65_535) return undefined
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port }
}

export function formatAddress({ host, port }: Address): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

/** `localhost` as the address that is listened on: compares equal with what a listener is bound to. */
export function withoutLocalhost({ host, port }: Address): Address {
  return { host: host.toLowerCase() === 'localhost' ? '127.0.0.1' : host, port }
}

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
}
