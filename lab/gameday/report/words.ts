import { afterwardsMs, type DayStory, type Effect, type InjectionStory } from './day-story.ts'
import { falseAlerts, type ToldAlert } from './told-alerts.ts'

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

/** A moment of the day: `00:12:03`. */
export function moment(ms: number): string {
  const two = (n: number) => `${Math.floor(n)}`.padStart(2, '0')
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}`
}

export function effectWords({ state, fellAfterMs, backAfterMs }: Effect): string {
  if (fellAfterMs === undefined) return state
  const back = backAfterMs === undefined ? 'did not come back' : `back ${besideHeal(backAfterMs)}`
  return `fell after ${seconds(fellAfterMs)}, ${back}`
}

/** `2.0 s after the heal`, or before it. */
function besideHeal(afterMs: number): string {
  return `${seconds(Math.abs(afterMs))} ${afterMs < 0 ? 'before' : 'after'} the heal`
}

/** Three figures: by a check, by an alert, by people. */
export function detection({ injected, effects, noticed, alerts }: InjectionStory) {
  const { appliedMs = 0 } = injected
  const falls = effects.flatMap(({ fellAfterMs }) => fellAfterMs ?? [])
  const backs = effects.flatMap(({ backAfterMs }) => backAfterMs ?? [])
  return {
    check: falls.length === 0 ? 'no hypothesis fell' : seconds(Math.min(...falls)),
    alert: alerts ? alertWords(alerts) : 'no alerts are connected',
    people: noticed
      ? `${seconds(noticed.atMs - appliedMs)}, ${noticed.by}: ${noticed.believes}`
      : 'nobody said so',
    recovery: backs.length === 0 ? 'nothing to recover from' : seconds(Math.max(0, ...backs)),
  }
}

function alertWords(alerts: readonly ToldAlert[]): string {
  if (alerts.length === 0) return 'none fired'
  return alerts
    .map(({ name, afterMs, resolvedAfterMs }) => {
      const end =
        resolvedAfterMs === undefined ? 'not resolved' : `resolved ${besideHeal(resolvedAfterMs)}`
      return `${name} after ${seconds(afterMs)}, ${end}`
    })
    .join('; ')
}

/** Alerts of the day that no injection explains. */
export function unexplainedAlerts({ state, injections }: DayStory): readonly string[] {
  const injected = injections.map(each => each.injected)
  return falseAlerts(state.alerts, injected, afterwardsMs).map(
    ({ name, labels, firedMs }) =>
      `${name} ${Object.values(labels).join(' ')} at ${moment(firedMs)}: nothing was in force`,
  )
}

/** What stayed green, and why that may say nothing. */
export function greenWithoutEvidence({ injections, state }: DayStory): readonly string[] {
  return (state.opened?.steadyState ?? []).flatMap(({ sentence }) => {
    const tried = injections.filter(
      ({ injected, effects }) =>
        (injected.landed ?? 0) > 0 &&
        effects.some(each => each.sentence === sentence && each.state !== 'not measured'),
    )
    const fell = tried.some(({ effects }) =>
      effects.some(each => each.sentence === sentence && each.fellAfterMs !== undefined),
    )
    if (fell) return []
    if (tried.length === 0) return [`"${sentence}": no injection that landed tried it`]
    return [
      `"${sentence}": held under ${tried.length} that landed; nothing shows that it could have fallen`,
    ]
  })
}
