import { connect } from 'node:net'
import type { Config } from '../config.ts'

/** What the service goes on without, as far as it is configured, and where it accepts connections. */
export function extrasOf(config: Config): Readonly<Record<string, { host: string; port: number }>> {
  const { payments, marketplace, oauth, clickhouse, smtp } = config
  const urls = {
    payments: payments?.url,
    marketplace: marketplace?.url,
    oauth: oauth?.issuer,
    clickhouse: clickhouse?.url,
  }
  const byUrl = Object.entries(urls).flatMap(([name, url]) => (url ? [[name, addressOf(url)]] : []))
  return Object.fromEntries([...byUrl, ...(smtp ? [['smtp', smtp]] : [])])
}

function addressOf(url: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(url)
  // An IPv6 address stands in brackets in a URL, and nowhere else.
  const host = hostname.replace(/^\[|\]$/g, '')
  return { host, port: Number(port) || (protocol === 'https:' ? 443 : 80) }
}

/** True when somebody accepts connections there before the signal aborts. */
export async function accepts(
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host, port, signal })
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}
