import type { Alerts, Fired } from '../record/alerts.ts'
import type { Card } from '../record/day-state.ts'
import type { Injected } from '../record/injected.ts'

/** An alert that began to fire under an injection or soon after. */
export interface ToldAlert {
  readonly name: string
  /** Since the fault was in force. */
  readonly afterMs: number
  /** Since it was healed; negative where it was at rest before. Undefined: it fires still. */
  readonly resolvedAfterMs?: number
}

/** Of several series of one rule the first counts, until the last is at rest. */
export function alertsWithin(
  { fired }: Alerts,
  window: { readonly appliedMs: number; readonly healedMs: number; readonly untilMs: number },
): readonly ToldAlert[] {
  const { appliedMs, healedMs, untilMs } = window
  const within = fired.filter(({ firedMs }) => firedMs >= appliedMs && firedMs <= untilMs)
  return [...Map.groupBy(within, ({ name }) => name)].map(([name, all]) => {
    const afterMs = Math.min(...all.map(({ firedMs }) => firedMs)) - appliedMs
    const ends = all.flatMap(({ resolvedMs }) => resolvedMs ?? [])
    const resolved = ends.length === all.length
    return { name, afterMs, ...(resolved && { resolvedAfterMs: Math.max(...ends) - healedMs }) }
  })
}

/** Where what fired is not what the card says. */
export function alertSurprises(
  card: Card | undefined,
  told: readonly ToldAlert[],
): readonly string[] {
  if (!card) return []
  const { alert, alertWithinMinutes } = card.expectation
  const others = told.filter(({ name }) => !means(alert, name)).map(({ name }) => name)
  const first = told.find(({ name }) => means(alert, name))
  const late = first && alertWithinMinutes > 0 && first.afterMs > 60_000 * alertWithinMinutes
  return [
    ...(alert !== '' && !first ? [`the alert "${alert}" did not fire`] : []),
    ...(late
      ? [`"${first.name}" fired after ${Math.round(first.afterMs / 1_000)} s, later than expected`]
      : []),
    ...(others.length > 0 ? [`nobody had expected the alerts ${others.join(', ')}`] : []),
  ]
}

/** Alerts that fired while nothing was in force, nor lately: false, or of something else. */
export function falseAlerts(
  { fired }: Alerts,
  injections: readonly Injected[],
  afterwardsMs: number,
): readonly Fired[] {
  return fired.filter(({ firedMs }) =>
    injections.every(({ appliedMs, healedMs = Number.POSITIVE_INFINITY }) => {
      return appliedMs === undefined || firedMs < appliedMs || firedMs > healedMs + afterwardsMs
    }),
  )
}

/** A person writes the alert's name as they remember it. */
function means(words: string, name: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  return plain(words) !== '' && plain(words).includes(plain(name))
}
