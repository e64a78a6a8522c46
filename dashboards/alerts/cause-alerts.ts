import type { AlertRule } from './alert-rule.ts'

/** Alerts of causes: they say where to look when a budget burns, or page before it does. */
export const causeAlerts: readonly AlertRule[] = [
  {
    name: 'InstanceDown',
    ...{ severity: 'page', forMinutes: 1 },
    expr: () => 'up{job="shop"} == 0',
    summary: '{{ $labels.instance }} does not answer Prometheus.',
    runbook:
      'A process is gone, frozen or cut off. Look at its last log lines and at whether its supervisor starts it again; others carry its traffic meanwhile, so watch their event-loop lag. One that is frozen must be ended before another takes its work.',
  },
  {
    name: 'CircuitBreakerOpen',
    ...{ severity: 'page', forMinutes: 1 },
    expr: ({ minutes }) =>
      `max by (name) (max_over_time(circuit_breaker_state[${minutes(5)}])) == 2`,
    summary: 'The breaker of {{ $labels.name }} has opened within the last minutes.',
    runbook:
      'Calls to the dependency failed so often that it is left alone, and who needs it is refused with circuit-open. The breaker probes by itself and closes when the dependency is well: heal that, not the breaker. Look at its own dashboard, at its wire (refused connections, errors by code), and at whether every instance or one alone sees it.',
  },
  {
    name: 'MessageQueueStale',
    ...{ severity: 'page', forMinutes: 1 },
    expr: ({ seconds }) => `max(messages_oldest_age_seconds) > ${seconds(3)}`,
    summary: 'The oldest message has been on its way for {{ $value | humanizeDuration }}.',
    runbook:
      'Messages are accepted and not handled. Look at whether workers are up, at messages_handled_total by outcome (one that is tried again and again holds up its lane), and at locks and the pool of the database. More workers help only where they have something to do.',
  },
  {
    name: 'DeadLettersGrow',
    ...{ severity: 'ticket', forMinutes: 0 },
    expr: ({ minutes }) => `max(delta(messages_dead_letters[${minutes(10)}])) > 0`,
    summary: 'Messages were given up on within the last ten minutes.',
    runbook:
      'A message failed as often as it may and waits for a person. Read the reason it was buried with; repair or drop it, and put it back in the queue. Many with one reason are the fault of a release or of a dependency, and not theirs.',
  },
  {
    name: 'PoolExhausted',
    ...{ severity: 'page', forMinutes: 1 },
    expr: ({ minutes }) => `max by (instance) (avg_over_time(pg_pool_waiting[${minutes(5)}])) > 1`,
    summary: 'Callers wait for a connection of {{ $labels.instance }} to Postgres.',
    runbook:
      'Every connection of the pool is in use for long. Look for a lock or a slow statement in the database (sessions that wait), for a database without free slots, and for transactions that wait for something else while they hold a connection. A larger pool moves the queue into the database.',
  },
  {
    name: 'EventLoopLag',
    ...{ severity: 'ticket', forMinutes: 0 },
    expr: ({ minutes }) =>
      `max by (instance) (max_over_time(nodejs_eventloop_lag_max_seconds[${minutes(5)}])) > 1`,
    summary: 'The event loop of {{ $labels.instance }} stood still for over a second.',
    runbook:
      'Nothing of this process ran meanwhile: requests, heartbeats and leases all waited. Look at its processor time, heap and garbage collection, and at what it was given: a large body, a long list, a synchronous call. A process that was frozen looks the same when it wakes.',
  },
  {
    name: 'RedisReplicaLost',
    ...{ severity: 'page', forMinutes: 1 },
    expr: ({ minutes }) =>
      `max(redis_connected_slaves) < max(max_over_time(redis_connected_slaves[${minutes(60)}]))`,
    summary: 'The Redis primary has fewer replicas than within the last hour.',
    runbook:
      'Writes that must be confirmed by all replicas fail or wait, and the next failover has less to choose from. Look at the replica’s log and its link to the primary; after a failover the former primary must come back as a replica. The metric is that of redis_exporter.',
  },
  {
    name: 'SubscriberDeaf',
    ...{ severity: 'page', forMinutes: 0 },
    expr: ({ minutes }) =>
      `min by (instance) (min_over_time(redis_subscriber_up[${minutes(5)}])) == 0`,
    summary: '{{ $labels.instance }} heard nothing of what was published, within the last minutes.',
    runbook:
      'The process looks healthy and delivers late: what others publish reaches its clients only by the next look into Postgres. It opens a silent connection anew by itself; one that stays deaf has lost its way to Redis. Take it out of the balancer, then restart it.',
  },
]
