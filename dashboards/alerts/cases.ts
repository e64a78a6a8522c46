/** What a rule is shown in `promtool test rules`. */
export interface AlertCase {
  readonly alert: string
  /** Minutes of production between two samples. */
  readonly step: 1 | 10
  /** Series before the trouble, meanwhile and after it, in promtool's own notation of steps. */
  readonly series: Readonly<Record<string, string>>
  /** When it must be silent, fire, and be resolved. */
  readonly silentAt: string
  readonly firesAt: string
  readonly resolvedAt: string
  readonly labels?: Readonly<Record<string, string>>
}

const ok = 'http_request_duration_seconds_count{instance="shop-1",route="/v1/x",status="200"}'
const failed = 'http_request_duration_seconds_count{instance="shop-1",route="/v1/x",status="503"}'
const quick =
  'http_request_duration_seconds_bucket{instance="shop-1",route="/v1/x",status="200",le="0.5"}'

/** A hundred a minute, of which so many are bad in the second stretch. */
const counted = (calm: number, bad: number, tail: number) => ({
  good: `0+100x${calm} ${100 * calm}+0x${bad} ${100 * calm}+100x${tail}`,
  bad: `0+0x${calm} 0+100x${bad} ${100 * bad}+0x${tail}`,
})

/** So many samples of calm, of trouble and after it. */
function burn(
  suffix: string,
  step: AlertCase['step'],
  [calm, bad, tail]: readonly [number, number, number],
): readonly AlertCase[] {
  const { good, bad: lost } = counted(calm, bad, tail)
  const all = `0+100x${calm + bad + tail + 2}`
  const at = (samples: number) => `${samples * step}m`
  const times = {
    silentAt: at(calm - 1),
    firesAt: at(calm + bad),
    resolvedAt: at(calm + bad + tail),
  }
  return [
    { alert: `ErrorBudgetBurn${suffix}`, step, series: { [ok]: good, [failed]: lost }, ...times },
    { alert: `LatencyBudgetBurn${suffix}`, step, series: { [ok]: all, [quick]: good }, ...times },
  ]
}

/** One or more of each rule. */
export const cases: readonly AlertCase[] = [
  ...burn('Fast', 1, [30, 20, 30]),
  ...burn('', 1, [60, 60, 90]),
  ...burn('Slow', 10, [6, 18, 40]),
  ...burn('Drain', 10, [6, 30, 80]),
  {
    ...{ alert: 'InstanceDown', step: 1 },
    series: { 'up{job="shop",instance="shop-1"}': '1x10 0x5 1x10' },
    ...{ silentAt: '10m', firesAt: '13m', resolvedAt: '17m' },
    labels: { job: 'shop', instance: 'shop-1' },
  },
  {
    ...{ alert: 'CircuitBreakerOpen', step: 1 },
    series: { 'circuit_breaker_state{instance="shop-1",name="payments"}': '0x10 2x5 1 0x20' },
    ...{ silentAt: '10m', firesAt: '13m', resolvedAt: '25m' },
    labels: { name: 'payments' },
  },
  {
    ...{ alert: 'MessageQueueStale', step: 1 },
    series: { 'messages_oldest_age_seconds{instance="worker-1"}': '2x10 0+60x10 0x10' },
    ...{ silentAt: '10m', firesAt: '19m', resolvedAt: '24m' },
  },
  {
    ...{ alert: 'DeadLettersGrow', step: 1 },
    series: { 'messages_dead_letters{instance="worker-1"}': '3x10 4 5x30' },
    ...{ silentAt: '9m', firesAt: '13m', resolvedAt: '30m' },
  },
  {
    ...{ alert: 'PoolExhausted', step: 1 },
    series: { 'pg_pool_waiting{instance="shop-1"}': '0x10 12x10 0x20' },
    ...{ silentAt: '9m', firesAt: '16m', resolvedAt: '30m' },
    labels: { instance: 'shop-1' },
  },
  {
    ...{ alert: 'EventLoopLag', step: 1 },
    series: { 'nodejs_eventloop_lag_max_seconds{instance="shop-1"}': '0.02x10 1.4 0.02x20' },
    ...{ silentAt: '9m', firesAt: '12m', resolvedAt: '20m' },
    labels: { instance: 'shop-1' },
  },
  {
    ...{ alert: 'RedisReplicaLost', step: 1 },
    series: {
      'redis_connected_slaves{instance="redis-1"}': '2x10 1x10 2x10',
      'redis_connected_slaves{instance="redis-2"}': '0x30',
    },
    ...{ silentAt: '10m', firesAt: '14m', resolvedAt: '23m' },
  },
  {
    ...{ alert: 'SubscriberDeaf', step: 1 },
    series: { 'redis_subscriber_up{instance="shop-1"}': '1x10 0x3 1x20' },
    ...{ silentAt: '10m', firesAt: '12m', resolvedAt: '20m' },
    labels: { instance: 'shop-1' },
  },
]
