import { errorShare, slowShare } from '../alerts/burn-rates.ts'
import type { Panel } from '../panel.ts'

const asked = 'route!~"/health.*|/metrics"'

/** A process of the service, and its defences. */
export const servicePanels: readonly Panel[] = [
  {
    ...{ id: 'up', title: 'Instances', kind: 'states', unit: 'none' },
    queries: [{ expr: 'up{job="shop"}', legend: '{{instance}}' }],
  },
  {
    ...{ id: 'requests', title: 'Requests by status', kind: 'lines', unit: 'perSecond' },
    queries: [
      {
        expr: `sum by (status) (rate(http_request_duration_seconds_count{${asked}}[$window]))`,
        legend: '{{status}}',
      },
    ],
  },
  {
    ...{ id: 'error-share', title: 'Server errors and slow answers', kind: 'lines', unit: 'share' },
    queries: [
      { expr: `${errorShare('$window')} or vector(0)`, legend: 'errors' },
      { expr: slowShare('$window'), legend: 'slow' },
    ],
  },
  {
    ...{ id: 'answer-time', title: 'Time to answer, p95', kind: 'lines', unit: 'seconds' },
    queries: [
      {
        expr: `histogram_quantile(0.95, sum by (le, instance) (rate(http_request_duration_seconds_bucket{${asked}}[$window])))`,
        legend: '{{instance}}',
      },
    ],
  },
  {
    ...{ id: 'breakers', title: 'Breakers (2 is open)', kind: 'states', unit: 'none' },
    queries: [{ expr: 'max by (name) (circuit_breaker_state)', legend: '{{name}}' }],
  },
  {
    ...{ id: 'openings', title: 'Breakers that changed', kind: 'lines', unit: 'perSecond' },
    queries: [
      {
        expr: 'sum by (name, to) (rate(circuit_breaker_transitions_total[$window]))',
        legend: '{{name}} {{to}}',
      },
    ],
  },
  {
    ...{ id: 'pool', title: 'Pool of Postgres', kind: 'lines', unit: 'none' },
    queries: [
      { expr: 'pg_pool_connections - pg_pool_idle', legend: '{{instance}} in use' },
      { expr: 'pg_pool_waiting', legend: '{{instance}} waiting' },
      { expr: 'pg_pool_size', legend: '{{instance}} at most' },
    ],
  },
  {
    ...{ id: 'statements', title: 'Statements', kind: 'lines', unit: 'perSecond' },
    queries: [{ expr: 'rate(pg_queries_total[$window])', legend: '{{instance}}' }],
  },
  {
    ...{ id: 'queue', title: 'Messages on their way, and dead', kind: 'lines', unit: 'none' },
    queries: [
      { expr: 'max(messages_queue_depth)', legend: 'on their way' },
      { expr: 'max(messages_dead_letters)', legend: 'dead' },
    ],
  },
  {
    ...{ id: 'queue-age', title: 'Age of the oldest message', kind: 'lines', unit: 'seconds' },
    queries: [{ expr: 'max(messages_oldest_age_seconds)', legend: 'oldest' }],
  },
  {
    ...{ id: 'handled', title: 'Messages handled', kind: 'lines', unit: 'perSecond' },
    queries: [
      {
        expr: 'sum by (outcome) (rate(messages_handled_total[$window]))',
        legend: '{{outcome}}',
      },
    ],
  },
  {
    ...{ id: 'web-sockets', title: 'Web sockets', kind: 'lines', unit: 'none' },
    queries: [
      { expr: 'sum by (instance, path) (websocket_connections)', legend: '{{instance}} {{path}}' },
    ],
  },
  {
    ...{ id: 'subscribers', title: 'Subscribers that hear', kind: 'states', unit: 'none' },
    queries: [{ expr: 'redis_subscriber_up', legend: '{{instance}}' }],
  },
  {
    ...{ id: 'replicas', title: 'Replicas of Redis', kind: 'lines', unit: 'none' },
    queries: [{ expr: 'redis_connected_slaves', legend: '{{instance}}' }],
  },
  {
    ...{ id: 'loop', title: 'Event-loop lag', kind: 'lines', unit: 'seconds' },
    queries: [
      { expr: 'nodejs_eventloop_lag_p99_seconds', legend: '{{instance}} p99' },
      { expr: 'nodejs_eventloop_lag_max_seconds', legend: '{{instance}} most' },
    ],
  },
  {
    ...{ id: 'heap', title: 'Heap', kind: 'lines', unit: 'bytes' },
    queries: [{ expr: 'nodejs_heap_size_used_bytes', legend: '{{instance}}' }],
  },
]
