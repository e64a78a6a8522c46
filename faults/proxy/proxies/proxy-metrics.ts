import { formatAddress } from '../base/address.ts'
import type { TcpProxy } from './tcp-proxy.ts'

/** One series of a metric. */
interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface ProxyMetric {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly unit: string
  readonly labels: readonly string[]
  readonly help: string
  read(proxy: TcpProxy): readonly Series[]
}

/** The first two are Toxiproxy's own. Messages are bounded at 500 kinds of a role by the counters. */
export const proxyMetrics: readonly ProxyMetric[] = [
  ...(['received', 'sent'] as const).map(
    (field): ProxyMetric => ({
      name: `toxiproxy_proxy_${field}_bytes_total`,
      ...{ type: 'counter', unit: 'bytes', labels: ['direction', 'listener', 'proxy', 'upstream'] },
      help: `Bytes ${field} per proxy and direction`,
      read: proxy => {
        const totals = proxy.traffic.totals(proxy.connections)[field]
        const listener = formatAddress(proxy.settings.listen)
        const upstream = formatAddress(proxy.settings.upstream)
        return (['downstream', 'upstream'] as const).map(direction => ({
          labels: { direction, listener, proxy: proxy.settings.name, upstream },
          value: totals[direction],
        }))
      },
    }),
  ),
  {
    name: 'toxiproxy_proxy_info',
    ...{ type: 'gauge', unit: '1', labels: ['consumer', 'protocol', 'provider', 'proxy'] },
    help: '1: who speaks to whom by the proxy, where its name says so (consumer>provider)',
    read: ({ settings }) => {
      const [consumer = '', provider = ''] = settings.name.split('>')
      const labels = { consumer, protocol: settings.protocol, provider, proxy: settings.name }
      return provider === '' ? [] : [{ labels, value: 1 }]
    },
  },
  {
    name: 'toxiproxy_proxy_connections',
    ...{ type: 'gauge', unit: 'connections', labels: ['proxy'] },
    help: 'Open connections per proxy',
    read: proxy => one(proxy, [...proxy.connections].length),
  },
  {
    name: 'toxiproxy_proxy_connections_opened_total',
    ...{ type: 'counter', unit: 'connections', labels: ['proxy'] },
    help: 'Connections that clients opened per proxy',
    read: proxy => one(proxy, proxy.traffic.connects),
  },
  {
    name: 'toxiproxy_proxy_connections_closed_total',
    ...{ type: 'counter', unit: 'connections', labels: ['proxy'] },
    help: 'Connections that ended per proxy',
    read: proxy => one(proxy, proxy.traffic.closes),
  },
  {
    name: 'toxiproxy_proxy_connections_refused_total',
    ...{ type: 'counter', unit: 'connections', labels: ['proxy'] },
    help: 'Connections that the upstream did not take per proxy',
    read: proxy => one(proxy, proxy.traffic.refused),
  },
  {
    name: 'toxiproxy_proxy_unparsed_total',
    ...{ type: 'counter', unit: 'messages', labels: ['proxy'] },
    help: 'Messages that could not be read per proxy',
    read: proxy => one(proxy, proxy.traffic.unparsed),
  },
  {
    name: 'toxiproxy_proxy_messages_total',
    ...{ type: 'counter', unit: 'messages', labels: ['direction', 'message', 'proxy'] },
    help: 'Messages by kind per proxy and direction',
    read: proxy => [
      ...counted(proxy, 'request', 'message', { direction: 'upstream' }),
      ...counted(proxy, 'response', 'message', { direction: 'downstream' }),
    ],
  },
  {
    name: 'toxiproxy_proxy_errors_total',
    ...{ type: 'counter', unit: 'messages', labels: ['code', 'proxy'] },
    help: 'Answers with an error by its code per proxy',
    read: proxy => counted(proxy, 'error', 'code'),
  },
  {
    name: 'toxiproxy_proxy_toxics_applied_total',
    ...{ type: 'counter', unit: 'times', labels: ['proxy', 'toxic'] },
    help: 'How often a toxic was applied per proxy, also when it is gone',
    read: proxy => counted(proxy, 'toxic', 'toxic'),
  },
  ...(['connections', 'bytes', 'messages', 'packets'] as const).map(
    (unit): ProxyMetric => ({
      name: `toxiproxy_toxic_landed_${unit}`,
      ...{ type: 'gauge', unit, labels: ['proxy', 'toxic', 'type'] },
      help: `The ${unit} that each toxic in force really touched`,
      read: proxy =>
        proxy.toxics.all.flatMap(({ settings: { name: toxic, type }, landed, unanswered }) => {
          const value = unit === 'packets' ? unanswered : landed[unit]
          const labels = { proxy: proxy.settings.name, toxic, type }
          return value === undefined ? [] : [{ labels, value }]
        }),
    }),
  ),
]

function one({ settings }: TcpProxy, value: number): readonly Series[] {
  return [{ labels: { proxy: settings.name }, value }]
}

function counted(
  proxy: TcpProxy,
  role: 'request' | 'response' | 'error' | 'toxic',
  label: string,
  more: Readonly<Record<string, string>> = {},
): readonly Series[] {
  const prefix = `${role}:`
  return Object.entries(proxy.counts())
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => ({
      labels: inOrder({ ...more, [label]: name.slice(prefix.length), proxy: proxy.settings.name }),
      value,
    }))
}

function inOrder(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
