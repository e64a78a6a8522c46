import type { Clock } from '../../base/clock.ts'
import type { DayPanel } from '../../model/day-panel.ts'
import type { MetricSource, MetricValue } from '../../model/metric-source.ts'

/** The last figures of every panel: by its id, by the name of the series. */
export type Drawn = Readonly<Record<string, Readonly<Record<string, number>>>>

const everyMs = 2_000
/** What rates are taken over, of scrapes that are a second apart. */
const window = '5s'
/** More lines than that nobody tells apart; the largest are kept. */
const mostSeries = 12

/**
 * Asks the monitoring system for every panel, each two seconds, until the signal aborts. A query that
 * is not answered leaves its panel out of that round.
 */
export async function askPanels(
  panels: readonly DayPanel[],
  source: MetricSource | undefined,
  clock: Clock,
  signal: AbortSignal,
  tell: (drawn: Drawn) => void,
): Promise<void> {
  while (source && !signal.aborted) {
    const dueMs = clock.nowMs() + everyMs
    const rounds = panels.map(async panel => [panel.id, await figuresOf(panel, source)] as const)
    const drawn = Object.fromEntries(await Promise.all(rounds))
    if (!signal.aborted) tell(drawn)
    await clock.sleep(Math.max(0, dueMs - clock.nowMs()), signal).catch(() => {})
  }
}

async function figuresOf(
  { queries }: DayPanel,
  source: MetricSource,
): Promise<Readonly<Record<string, number>>> {
  const asked = queries.map(async ({ expr, legend }) => {
    const values = await source.query(expr.replaceAll('$window', window)).catch(() => [])
    return values.map(({ labels, value }) => [named(legend, labels), value] as const)
  })
  const found = (await Promise.all(asked)).flat().filter(([, value]) => Number.isFinite(value))
  const largest = found.toSorted(([, a], [, b]) => b - a).slice(0, mostSeries)
  return Object.fromEntries(largest.map(([name, value]) => [name, rounded(value)]))
}

function named(legend: string, labels: MetricValue['labels']): string {
  return legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '').trim()
}

/** Moments, which are large, keep their seconds. */
const rounded = (value: number) => (value > 1e9 ? Math.round(value) : Number(value.toPrecision(6)))
