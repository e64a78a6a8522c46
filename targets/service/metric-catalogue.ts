const described =
  <Type extends 'counter' | 'gauge' | 'histogram'>(type: Type) =>
  <const Label extends string>(unit: string, labels: readonly Label[], help: string) => ({
    ...{ type, unit, labels, help },
  })
const [counter, gauge, histogram] = [
  described('counter'),
  described('gauge'),
  described('histogram'),
]

/**
 * Every metric of a process of the service, beside Node's own. All labels take their values from
 * lists in the code: routes as they are declared, names of dependencies, outcomes.
 */
export const metricCatalogue = {
  http_request_duration_seconds: histogram(
    'seconds',
    ['role', 'method', 'route', 'status'],
    'From the request head to the end of the answer.',
  ),
  circuit_breaker_state: gauge('0, 1 or 2', ['name'], '0 closed, 1 half-open, 2 open.'),
  circuit_breaker_transitions_total: counter('changes', ['name', 'to'], 'Changes of state.'),
  dependency_retries_total: counter(
    'attempts',
    ['dependency', 'result'],
    'Attempts beyond the first, and those the budget refused.',
  ),
  pg_pool_connections: gauge('connections', [], 'Connections of the Postgres pool.'),
  pg_pool_idle: gauge('connections', [], 'Connections of the Postgres pool that are idle.'),
  pg_pool_waiting: gauge(
    'callers',
    [],
    'Callers that wait for a connection of the pool, or for their route to have its share of it.',
  ),
  pg_pool_size: gauge('connections', [], 'The most connections that the pool may have.'),
  pg_queries_total: counter('statements', [], 'Statements sent.'),
  pg_transaction_retries_total: counter(
    'transactions',
    ['sqlstate'],
    'Transactions begun again after a deadlock or serialization failure.',
  ),
  redis_subscriber_up: gauge(
    '0 or 1',
    [],
    '1 while the subscriber of this process answers, and so hears what is published.',
  ),
  cache_reads_total: counter(
    'reads',
    ['cache', 'result'],
    'Reads of the cache: found, missed, and loaded from the database.',
  ),
  messages_queue_depth: gauge('messages', [], 'Messages on their way, in all instances.'),
  messages_dead_letters: gauge(
    'messages',
    [],
    'Messages given up on that wait for a person, in all instances.',
  ),
  messages_oldest_age_seconds: gauge(
    'seconds',
    [],
    'Since when the oldest message has been on its way, in all instances.',
  ),
  messages_handled_total: counter(
    'attempts',
    ['lane', 'outcome'],
    'Attempts to handle a message, by what came of them.',
  ),
  websocket_connections: gauge('connections', ['path'], 'Web sockets that are open.'),
  websocket_frame_duration_seconds: histogram(
    'seconds',
    ['path', 'type', 'outcome'],
    'From the turn of a frame to the end of its handling.',
  ),
  websocket_cut_total: counter(
    'clients',
    ['path', 'reason'],
    'Clients the service cut off, and why.',
  ),
  websocket_unread_peak_bytes: gauge(
    'bytes',
    [],
    'The most that was ever held for one client that had not read it yet.',
  ),
  agents_user_contexts: gauge('contexts', [], 'Contexts of agents that are not cleaned up yet.'),
  analytics_events_shipped_total: counter(
    'events',
    [],
    'Events that ClickHouse acknowledged, copies included.',
  ),
  settings_refused_total: counter(
    'versions',
    [],
    'Stored settings that are not valid here: the version before stays in force.',
  ),
  settings_version: gauge('version', [], 'The version of the settings in force here.'),
}
