import type { Panel } from '../panel.ts'

/** What the proxy carries, and what its toxics touch. */
export const proxyPanels: readonly Panel[] = [
  {
    ...{ id: 'proxy-connections', title: 'Open connections', kind: 'lines', unit: 'none' },
    queries: [{ expr: 'toxiproxy_proxy_connections', legend: '{{proxy}}' }],
  },
  {
    ...{ id: 'proxy-bytes', title: 'Bytes sent', kind: 'lines', unit: 'bytesPerSecond' },
    queries: [
      {
        expr: 'sum by (proxy, direction) (rate(toxiproxy_proxy_sent_bytes_total[$window]))',
        legend: '{{proxy}} {{direction}}',
      },
    ],
  },
  {
    ...{ id: 'proxy-providers', title: 'Bytes by provider', kind: 'lines', unit: 'bytesPerSecond' },
    queries: [
      {
        expr: 'sum by (provider) (sum by (proxy) (rate(toxiproxy_proxy_sent_bytes_total[$window])) * on (proxy) group_left (provider) toxiproxy_proxy_info)',
        legend: '{{provider}}',
      },
    ],
  },
  {
    ...{ id: 'proxy-messages', title: 'Messages by kind', kind: 'lines', unit: 'perSecond' },
    queries: [
      {
        expr: 'topk(10, sum by (message) (rate(toxiproxy_proxy_messages_total{direction="upstream"}[$window])))',
        legend: '{{message}}',
      },
    ],
  },
  {
    ...{ id: 'proxy-errors', title: 'Errors by code', kind: 'lines', unit: 'perSecond' },
    queries: [
      {
        expr: 'sum by (code) (rate(toxiproxy_proxy_errors_total[$window]))',
        legend: '{{code}}',
      },
    ],
  },
  {
    ...{ id: 'proxy-opened', title: 'Connects', kind: 'lines', unit: 'perSecond' },
    queries: [
      {
        expr: 'rate(toxiproxy_proxy_connections_opened_total[$window])',
        legend: '{{proxy}}',
      },
      {
        expr: 'rate(toxiproxy_proxy_connections_refused_total[$window])',
        legend: '{{proxy}} refused',
      },
    ],
  },
  {
    ...{ id: 'proxy-landed', title: 'What toxics in force touched', kind: 'lines', unit: 'none' },
    queries: [
      { expr: 'toxiproxy_toxic_landed_messages', legend: '{{proxy}} {{type}} messages' },
      { expr: 'toxiproxy_toxic_landed_connections', legend: '{{proxy}} {{type}} connections' },
    ],
  },
  {
    ...{ id: 'proxy-applied', title: 'Toxics applied', kind: 'lines', unit: 'none' },
    queries: [
      {
        expr: 'sum by (proxy, toxic) (toxiproxy_proxy_toxics_applied_total)',
        legend: '{{proxy}} {{toxic}}',
      },
    ],
  },
]
