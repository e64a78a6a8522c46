import type { AlertRule } from './alert-rule.ts'

/** Of requests: 99 of 100 are answered, and quickly. */
export const errorBudget = 0.01

/** The latency that an answer may have to count as quick, in seconds; a bucket of the histogram. */
export const quickSeconds = 0.5

/** What people ask for; not what balancers and Prometheus ask. */
const asked = 'route!~"/health.*|/metrics"'

export const errorShare = (window: string) =>
  share(
    `http_request_duration_seconds_count{status=~"5..",${asked}}`,
    `http_request_duration_seconds_count{${asked}}`,
    window,
  )

/** Of answers that are no errors, so that a fast refusal is no good one and none is counted twice. */
export const slowShare = (window: string) => {
  const answered = `http_request_duration_seconds_count{status!~"5..",${asked}}`
  const quick = `http_request_duration_seconds_bucket{status!~"5..",le="${quickSeconds}",${asked}}`
  return `(1 - (${share(quick, answered, window)}))`
}

/**
 * Windows and factors of Google's SRE workbook, chapter 5: a budget of 30 days is spent by 2 % in one
 * hour, 5 % in six, 10 % in a day, 10 % in three. The short window ends the alert soon after the trouble.
 */
const windows = [
  { suffix: 'Fast', severity: 'page', short: 5, long: 60, factor: 14.4 },
  { suffix: '', severity: 'page', short: 30, long: 6 * 60, factor: 6 },
  { suffix: 'Slow', severity: 'ticket', short: 2 * 60, long: 24 * 60, factor: 3 },
  { suffix: 'Drain', severity: 'ticket', short: 6 * 60, long: 3 * 24 * 60, factor: 1 },
] as const

export const burnRates: readonly AlertRule[] = [
  ...rulesOf('ErrorBudgetBurn', errorShare, 'of requests end with a server error', {
    look: 'Look at the service dashboard: which route, which status, since when; then at breakers, pool and dependencies of the same minutes.',
    act: 'A dependency that is away is told by its breaker; a release is rolled back; else lead traffic away from the instance that is worse than others.',
  }),
  ...rulesOf('LatencyBudgetBurn', slowShare, 'of answers take over half a second', {
    look: 'Look at event-loop lag, callers that wait for the pool, and the latency of each dependency at the wire.',
    act: 'Shed load or add instances where the loop lags; find the slow statement or lock where the pool waits.',
  }),
]

function rulesOf(
  name: string,
  shareOver: (window: string) => string,
  what: string,
  { look, act }: { readonly look: string; readonly act: string },
): readonly AlertRule[] {
  return windows.map(({ suffix, severity, short, long, factor }) => ({
    name: `${name}${suffix}`,
    severity,
    forMinutes: 0,
    expr: ({ minutes }) => {
      const bound = Number((factor * errorBudget).toFixed(4))
      const [quick, lasting] = [minutes(short), minutes(long)]
      return `${shareOver(quick)} > ${bound} and ${shareOver(lasting)} > ${bound}`
    },
    summary: `More than ${percent(factor * errorBudget)} ${what}: the budget of a month is spent ${factor} times too fast.`,
    runbook: `More than ${percent(factor * errorBudget)} ${what}, over ${hours(long)} and still over the last ${hours(short)}. ${look} ${act}`,
  }))
}

function share(part: string, whole: string, window: string): string {
  return `sum(rate(${part}[${window}])) / sum(rate(${whole}[${window}]))`
}

function percent(ratio: number): string {
  return `${Number((100 * ratio).toFixed(2))} %`
}

function hours(minutes: number): string {
  if (minutes < 60) return `${minutes} minutes`
  return minutes === 60 ? 'hour' : `${minutes / 60} hours`
}
